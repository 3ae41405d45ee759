export function outdatedEntries(entries: string[], faults: ReadonlyMap<string, readonly unknown[]>): string[];
