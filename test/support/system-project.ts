/** The setup of every Vitest project whose files use `system()`: the systems start once, and each file claims one. */
export const onSystems = {
  globalSetup: ['test/support/global-setup.ts'],
  setupFiles: ['test/support/claim-system.ts'],
};
