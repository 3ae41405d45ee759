/** The environment holds settings that cannot be used; the message has one line for each, by name. */
export class InvalidSettingsError extends Error {
  override readonly name = 'InvalidSettingsError';
  constructor(readonly problems: string[]) {
    super(`Settings that cannot be used (see .env.example):\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}
