import { saga, type SagaShape } from './saga-shape.js';

/** Sagas that are small enough to visit everything that may happen to them. */
export const smallSagas = {
  onePair: saga('A, P!', 'A, P!'),
  chain: saga('A, B, P!', 'A, B, P!'),
  retriable: saga('A, P!, R+', 'A, P!, R+'),
  longer: saga('A, B, P!, R+', 'A, B, P!, R+'),
  together: saga('A|B, P!', 'A|B, P!'),
  chainAndTogether: saga('A, B|C, P!', 'A, B|C, P!'),
  approval: saga('A, wait, P!', 'A, wait, P!'),
  stepAfterApproval: saga('A, wait, B, P!', 'A, wait, B, P!'),
  /** As reviseOrder: to less, `lower reservation` is the pivot; to more, `confirm order revision` is, after `raise reservation`. */
  twoPivots: saga('A, then L!, C! or B, C!', ['A, L!, C!', 'A, B, C!'], { after: 0, by: 'answer' }, 'A, B, L!, C!'),
} satisfies Record<string, SagaShape>;
