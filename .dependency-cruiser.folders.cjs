/** No folder stands on one that stands on it. Specs and tests may use what they like. */
const { options } = require('./.dependency-cruiser.cjs');

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles-between-folders',
      comment: 'A reader understands a folder without the folders that use it.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
  ],
  options: { ...options, exclude: { path: ['^dist/', '\\.spec\\.ts$', '^test/'] } },
};
