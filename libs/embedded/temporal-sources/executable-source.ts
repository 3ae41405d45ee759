export interface SearchContext {
  log: (line: string) => void;
  signal?: AbortSignal | undefined;
}

/** One way to come by the `temporal` executable. */
export interface ExecutableSource {
  /** A few words for the progress line. */
  readonly name: string;
  /** How a person can make this way work. */
  readonly advice: string;
  /** @returns the executable, or why this way did not lead to one. */
  find(context: SearchContext): Promise<{ path: string } | { reason: string }>;
}
