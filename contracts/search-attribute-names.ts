/** What sagas can be found by in Temporal; all of them keywords. Sagas set them, and every server has to know them beforehand. */
export const searchAttributeNames = {
  sagaType: 'SagaType',
  sagaState: 'SagaState',
  customerId: 'CustomerId',
  businessId: 'BusinessId',
} as const;
