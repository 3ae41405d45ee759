/** Why the project cannot be made ready, in words for the user. It is shown without its stack. */
export class ProjectError extends Error {
  constructor(message) {
    super(message);
    this.name = 'ProjectError';
  }
}
