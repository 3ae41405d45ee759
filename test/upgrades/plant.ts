/** A careless change of a workflow, and what the verdict must say about it. */
export interface PlantedChange {
  name: string;
  file: string;
  /** Code, where white space does not matter. It is found once in the file. */
  find: string;
  replace: string;
  /** The histories that `npm test` replays; `npm run test:upgrades` replays the whole corpus. */
  histories: RegExp;
  expect: ExpectedDifference | ExpectedBreak;
}

/** Plain replay does not see the change. */
export interface ExpectedDifference {
  workflow: string;
  step: string;
  /** The only paths that may differ, in any workflow. */
  paths: string[];
}
export interface ExpectedBreak {
  workflow: string;
  event: RegExp;
  expected: string;
  found: string | RegExp;
  at: RegExp | undefined;
}

/** Makes a change in code, of the source or of what was compiled from it. @throws Error unless the code to change is there exactly once. */
export function plant(code: string, { name, find, replace }: Pick<PlantedChange, 'name' | 'find' | 'replace'>): string {
  const tokens = find.match(/[\w$]+|[^\s\w]/g)!.map((token) => token.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  const pattern = new RegExp(tokens.join(String.raw`\s*`), 'g');
  const found = [...code.matchAll(pattern)];
  if (found.length !== 1)
    throw new Error(`"${find}" of the planted change "${name}" is there ${found.length} times, and not once.`);
  const [{ 0: text, index }] = found as [RegExpExecArray];
  return code.slice(0, index) + replace + code.slice(index + text.length);
}

/** Makes a change in the module of its file in a bundle. */
export function plantInBundle(bundle: string, change: PlantedChange): string {
  const title = `!*** ./${change.file} ***!`;
  const from = bundle.indexOf(title);
  if (from === -1) throw new Error(`${change.file} is not in the bundle.`);
  const next = bundle.indexOf('!*** ', from + title.length);
  const to = next === -1 ? bundle.length : next;
  return bundle.slice(0, from) + plant(bundle.slice(from, to), change) + bundle.slice(to);
}
