/** What keeps a saga whole, each of which the model can do without. The numbers are those of docs/adr, "The pivot's key decides". */
export interface Rules {
  /** K: a key has one final answer, and a refusal is stored like a success. */
  refusalsAreStored: boolean;
  /** T: after an undo the step is refused under any key. */
  undosLeaveTombstones: boolean;
  /** 1: the pivot's key is sealed before anything is undone. */
  pivotIsSealed: boolean;
  /** 2: if the pivot has happened, the saga goes forward. */
  forwardAfterPivot: boolean;
  /** 3: every declared step is undone, begun in this execution or not. */
  declaredStepsAreUndone: boolean;
  /** 4: only the key's own answer is a refusal. */
  onlyOwnAnswersRefuse: boolean;
  /** 5: a refusal proves what came after it only if a participant gave it, in a first run that has not waited. */
  proofIsGuarded: boolean;
  /** 6: the decision to roll back is durable before it has an effect. */
  sealIsDurable: boolean;
  /** 7: no step before the pivot, and no pivot, is settled by a person. */
  nobodySettlesByHand: boolean;
  /** 8: an undo needs ids alone. */
  undosNeedIdsOnly: boolean;
  /** 9: the way to the pivot depends on input and answers, and on no clock. */
  wayIgnoresTheClock: boolean;
  /** Pivots are sealed in the order of their declaration. */
  sealsInOrder: boolean;
  /** Not needed: the pivot is sealed also where rule 5 proves that it was never begun. */
  sealsAfterProof: boolean;
}

export const allRules: Rules = {
  refusalsAreStored: true,
  undosLeaveTombstones: true,
  pivotIsSealed: true,
  forwardAfterPivot: true,
  declaredStepsAreUndone: true,
  onlyOwnAnswersRefuse: true,
  proofIsGuarded: true,
  sealIsDurable: true,
  nobodySettlesByHand: true,
  undosNeedIdsOnly: true,
  wayIgnoresTheClock: true,
  sealsInOrder: true,
  sealsAfterProof: false,
};
