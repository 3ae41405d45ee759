/** What every Vitest project needs whose files ask for a `system()`: the systems are started once, and each file claims one. */
export const onSystems = {
  globalSetup: ['test/support/global-setup.ts'],
  setupFiles: ['test/support/claim-system.ts'],
};
