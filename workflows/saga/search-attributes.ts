import { defineSearchAttributeKey } from '@temporalio/common';
import { searchAttributeNames } from '../../contracts/saga/search-attribute-names.js';

/** The search attributes of sagas. Only business ids and states: search attributes are not encrypted, so never personal data. */
export const searchAttributes = {
  sagaType: defineSearchAttributeKey(searchAttributeNames.sagaType, 'KEYWORD'),
  sagaState: defineSearchAttributeKey(searchAttributeNames.sagaState, 'KEYWORD'),
  sagaStateSince: defineSearchAttributeKey(searchAttributeNames.sagaStateSince, 'DATETIME'),
  customerId: defineSearchAttributeKey(searchAttributeNames.customerId, 'KEYWORD'),
  businessId: defineSearchAttributeKey(searchAttributeNames.businessId, 'KEYWORD'),
} as const;
