/** Which way the arrows go: the table of docs/architecture.md, and why. */
const listeners = '^apps/(relay|hooks|notification|projection)/';
/** Every other app that does not run, start or watch sagas. */
const participants = '^apps/(?!(relay|hooks|notification|projection|gateway|worker|embedded|saga|setup)/)';
const notForServices = '^(workflows|activities)/|^libs/(temporal|embedded|replay|releases)/|node_modules/@temporalio/';
/** What others may know of workflows: names, inputs and messages, what sagas are found by, and how their ids are made. */
const toldOfWorkflows = '^workflows/(.*\\.contract|outlines|saga/(saga-sinks|search-attributes|workflow-id))\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'contracts-import-nothing',
      comment: 'Contracts are shared by processes: a reader of a contract must need nothing else.',
      severity: 'error',
      from: { path: '^contracts/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^contracts/', '^node_modules/zod/'] },
    },
    {
      name: 'workflows-are-deterministic',
      comment: 'A workflow must replay: it may use Temporal, contracts, other workflow code and types, never what does I/O.',
      severity: 'error',
      from: { path: '^workflows/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^workflows/', '^contracts/', '^node_modules/@temporalio/(workflow|common)/'], preCompilationOnly: false },
    },
    {
      name: 'workflows-bundle-no-schemas',
      comment:
        'Schemas would drag a validation library into every workflow sandbox: of contracts with schemas a workflow takes types only.',
      severity: 'error',
      from: { path: '^workflows/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^contracts/(.*\\.(resource|commands|events|versions)|event-catalogue)\\.ts$', preCompilationOnly: false },
    },
    {
      name: 'workflows-know-activities-by-type',
      comment: 'A workflow decides and an activity acts: the one knows the interface of the other, never its code.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^activities/', preCompilationOnly: false },
    },
    {
      name: 'activities-know-no-process',
      comment: 'An activity speaks HTTP to one participant: it imports contracts and libs, no app and no workflow.',
      severity: 'error',
      from: { path: '^activities/' },
      to: { path: '^(apps|workflows|prisma|generated)/' },
    },
    {
      name: 'apps-know-workflows-by-contract',
      comment: 'A caller that starts, signals or finds a saga needs its name, input and messages, not its code.',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^workflows/', pathNot: toldOfWorkflows },
    },
    {
      name: 'only-the-worker-acts',
      comment: 'Activities run where workflows run; everybody else asks a participant by itself, or starts a saga.',
      severity: 'error',
      from: { path: '^apps/', pathNot: '^apps/worker/' },
      to: { path: '^activities/' },
    },
    {
      name: 'participants-know-no-saga',
      comment: 'A participant knows no saga and no Temporal: any orchestrator, or a person with curl, can use it.',
      severity: 'error',
      from: { path: participants },
      to: { path: notForServices },
    },
    {
      name: 'listeners-know-no-saga',
      comment: 'Events are published and delivered without Temporal: only the saga service connects the two.',
      severity: 'error',
      from: { path: listeners },
      to: { path: notForServices },
    },
    {
      name: 'participants-know-no-participant',
      comment: 'Participants share nothing but contracts and libs; what one needs of another, a saga carries.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/([^/]+)/', pathNot: ['^apps/$1/', '^apps/(gateway|worker)/'] },
    },
    {
      name: 'only-the-owner-opens-its-tables',
      comment: "Nobody but its owner touches a participant's tables.",
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^generated/', pathNot: '^generated/$1/' },
    },
    {
      name: 'participants-use-the-tag-of-prisma',
      comment:
        'Prisma takes a nested `sql` of another tag for a value. So code beside a Prisma client writes SQL with its tag only.',
      severity: 'error',
      from: { path: [participants, '^libs/(participant|reservation)/'] },
      to: { path: '^libs/database/sql\\.ts$' },
    },
    {
      name: 'no-app-imports-gateway-or-worker',
      comment: 'Gateway and worker are processes of their own; only the embedded default puts the two into one.',
      severity: 'error',
      from: { path: '^apps/', pathNot: '^apps/(embedded|gateway|worker)/' },
      to: { path: '^apps/(gateway|worker)/' },
    },
    {
      name: 'gateway-and-worker-stay-apart',
      comment: 'A cluster runs gateway and worker apart, so neither may need the other.',
      severity: 'error',
      from: { path: '^apps/(gateway|worker)/' },
      to: { path: '^apps/(gateway|worker)/', pathNot: '^apps/$1/' },
    },
    {
      name: 'libs-know-no-app',
      comment:
        'What several apps share cannot depend on one of them. A library may have tables that its users share: libs/reservation.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^(apps|workflows|activities|generated|scripts|bench)/', pathNot: '^generated/$1/' },
    },
    {
      name: 'scripts-know-no-app',
      comment: 'A script starts processes or asks them; what both need is in libs.',
      severity: 'error',
      from: { path: '^scripts/' },
      to: { path: '^(apps|workflows|activities|generated|bench)/' },
    },
    {
      name: 'nothing-imports-tests',
      comment: 'Tests see everything and nothing sees them.',
      severity: 'error',
      from: { pathNot: '^test/|\\.(spec|test)\\.ts$|^vitest\\.config\\.ts$' },
      to: { path: '^test/|\\.(spec|test)\\.ts$' },
    },
    {
      name: 'examples-know-the-public-contract-only',
      comment:
        'An example is what somebody outside could have written: it imports its own files, Node and public packages, nothing of ours.',
      severity: 'error',
      from: { path: '^examples/([^/]+)/' },
      to: { path: '^(?!examples/$1/|node_modules/standardwebhooks/)', dependencyTypesNot: ['core'] },
    },
    {
      name: 'nothing-imports-examples',
      comment: 'An example is added without touching anything, and can be removed the same way.',
      severity: 'error',
      from: { pathNot: '^examples/' },
      to: { path: '^examples/' },
    },
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one file.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: ['node_modules', 'generated'] },
    exclude: { path: '^dist/' },
  },
};
