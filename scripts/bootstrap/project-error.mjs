/** Why the project cannot be made ready, in words for whoever ran it; its stack would tell them nothing. */
export class ProjectError extends Error {
  constructor(message) {
    super(message);
    this.name = 'ProjectError';
  }
}
