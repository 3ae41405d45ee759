export function nodeVersionProblem(found: string, wanted: string): string | undefined;
