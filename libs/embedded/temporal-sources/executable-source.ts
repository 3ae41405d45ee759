export interface SearchContext {
  log: (line: string) => void;
  signal?: AbortSignal | undefined;
}

/** One way to come by the `temporal` executable. */
export interface ExecutableSource {
  /** What it does, as the list of ways in an error message names it. */
  readonly way: string;
  /** @returns the executable, or why this way did not lead to one. */
  find(context: SearchContext): Promise<{ path: string } | { reason: string }>;
}
