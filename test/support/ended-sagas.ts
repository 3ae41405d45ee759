const ids = new Set<string>();

/** The sagas that the tests of this file have seen end. */
export const endedSagas: ReadonlySet<string> = ids;

export const noteEnded = (sagaId: string): void => void ids.add(sagaId);
