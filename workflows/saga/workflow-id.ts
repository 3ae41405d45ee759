/** Ties a saga's workflow ids to the business ids of what it is about: one function and its inverse. */
export interface WorkflowIds {
  of: (businessId: string, command?: number) => string;
  /** The business id in a workflow id; undefined for the id of another saga. */
  businessIdOf: (workflowId: string) => string | undefined;
}

/**
 * `<saga>:<business id>`, or `<saga>:<business id>:<n>` for what can be asked of one thing more than once. Business ids hold no colon, so
 * the way back is unambiguous.
 */
export function workflowIds(saga: string): WorkflowIds {
  const prefix = `${saga}:`;
  return {
    of: (businessId, command) => prefix + businessId + (command === undefined ? '' : `:${command}`),
    businessIdOf: (workflowId) => (workflowId.startsWith(prefix) ? workflowId.slice(prefix.length).split(':')[0] : undefined),
  };
}
