/** What sagas can be found by in Temporal. Sagas set them, and every server has to know them beforehand. */
export const searchAttributeNames = {
  sagaType: 'SagaType',
  sagaState: 'SagaState',
  /** Since when an open saga is in its state; absent until it has left its first one. */
  sagaStateSince: 'SagaStateSince',
  customerId: 'CustomerId',
  businessId: 'BusinessId',
} as const;

/** Each with its type, as the options of Temporal's CLI take it: `SagaState=Keyword`. */
export const searchAttributeDeclarations: readonly string[] = Object.values(searchAttributeNames).map(
  (name) => `${name}=${name === searchAttributeNames.sagaStateSince ? 'Datetime' : 'Keyword'}`,
);
