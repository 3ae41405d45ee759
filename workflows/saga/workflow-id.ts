/** Maps business ids to a saga's workflow ids, and back. */
export interface WorkflowIds {
  of: (businessId: string, command?: number) => string;
  /** The business id in a workflow id; undefined for the id of another saga. */
  businessIdOf: (workflowId: string) => string | undefined;
}

/**
 * `<saga>:<business id>`, or `<saga>:<business id>:<n>` for a command that an aggregate can receive more than once. Business ids contain
 * no colon, so the inverse is unambiguous.
 */
export function workflowIds(saga: string): WorkflowIds {
  const prefix = `${saga}:`;
  return {
    of: (businessId, command) => prefix + businessId + (command === undefined ? '' : `:${command}`),
    businessIdOf: (workflowId) => (workflowId.startsWith(prefix) ? workflowId.slice(prefix.length).split(':')[0] : undefined),
  };
}
