/**
 * The walls between the rooms (ARCHITECTURE.md, "Rooms"). A wall that has to move is moved there first.
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'packages-never-import-apps', severity: 'error', from: { path: '^packages/' }, to: { path: '^apps/' } },
    {
      name: 'apps-never-import-apps',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'rooms-by-their-public-door',
      comment: 'Another room is imported by its name, never by a path into it.',
      severity: 'error',
      from: { path: '^(apps|packages)/([^/]+)/' },
      to: { path: '^packages/', pathNot: ['^packages/$2/', '^packages/[^/]+/src/(index|[^/]+-door)\\.ts$'] },
    },
    {
      name: 'pure-rooms-do-no-io',
      severity: 'error',
      from: { path: '^packages/(extract|contracts)/src', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'extract-imports-nothing-with-io',
      severity: 'error',
      from: { path: '^packages/extract/src', pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/', pathNot: '^packages/(extract|contracts|privacy/src/phone-number-door\\.ts)' },
    },
    {
      name: 'crawler-holds-no-database-and-no-private-key',
      severity: 'error',
      from: { path: '^apps/crawler/' },
      to: { path: '^packages/(store|embedded)/|^packages/privacy/src/(open|vault|stored-number|reveal)', reachable: false },
    },
    {
      name: 'reveal-in-named-files-only',
      comment: 'I3: the plain digits of a number are read in these files and nowhere else.',
      severity: 'error',
      from: {
        path: '^(apps|packages|test|scripts)/',
        pathNot: [
          '^packages/privacy/src/(seal|stored-number|phone-number-door|mask)\\.ts$',
          '^apps/cli/src/commands/extract\\.ts$',
          '\\.test\\.ts$',
        ],
      },
      to: { path: '^packages/privacy/src/(vault|reveal-door)\\.ts$' },
    },
    {
      name: 'no-test-code-in-production',
      severity: 'error',
      from: { path: '^(apps|packages)/', pathNot: '\\.test\\.ts$|/testing/' },
      to: { path: '\\.test\\.ts$|/testing/' },
    },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '\\.test\\.ts$|\\.mjs$|^packages/contracts/src/' }, to: {} },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)node_modules/|\\.generated\\.' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    extraExtensionsToScan: [],
  },
};
