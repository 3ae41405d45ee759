import { defineSearchAttributeKey } from '@temporalio/common';

/** What operators find a saga by. Business ids and states only: search attributes are not encrypted, so never personal data. */
export const searchAttributes = {
  sagaType: defineSearchAttributeKey('SagaType', 'KEYWORD'),
  sagaState: defineSearchAttributeKey('SagaState', 'KEYWORD'),
  customerId: defineSearchAttributeKey('CustomerId', 'KEYWORD'),
  businessId: defineSearchAttributeKey('BusinessId', 'KEYWORD'),
} as const;
