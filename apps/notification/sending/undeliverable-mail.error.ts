/** The mail server has refused a mail for good: the address or the content is not to its liking. */
export class UndeliverableMailError extends Error {}
