/**
 * The walls between the rooms (ARCHITECTURE.md, "Rooms"). A wall that has to move is moved there first.
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
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
      to: {
        path: '^packages/',
        pathNot: ['^packages/$2/', '^packages/[^/]+/src/(index|[^/]+-door|testing/test-(postgres|database))\\.ts$'],
      },
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
      comment: 'Over any number of imports. What the crawler seals it cannot open; its tests may.',
      severity: 'error',
      from: { path: '^apps/crawler/', pathNot: '\\.test\\.ts$' },
      to: {
        path: [
          '^packages/(store|embedded)/',
          '^packages/privacy/src/(inside-door|load-inside-keys|generate-keys|open|stored-number|reveal-door)\\.ts$',
        ],
        reachable: true,
      },
    },
    {
      name: 'reveal-in-named-files-only',
      comment: 'I3: the plain digits of a number are read in these files and nowhere else.',
      severity: 'error',
      from: {
        path: '^(apps|packages|test|scripts)/',
        pathNot: [
          '^packages/privacy/src/',
          '^apps/cli/src/commands/extract\\.ts$',
          '^apps/console/src/reveal-numbers\\.ts$',
          '\\.test\\.ts$',
        ],
      },
      to: { path: '^packages/privacy/src/reveal-door\\.ts$' },
    },
    {
      name: 'digits-in-named-files-only',
      comment: 'I3: the same, within the room of privacy.',
      severity: 'error',
      from: { pathNot: '^packages/privacy/src/(phone-number-door|reveal-door|mask|seal|stored-number)\\.ts$' },
      to: { path: '^packages/privacy/src/vault\\.ts$' },
    },
    {
      name: 'no-test-code-in-production',
      severity: 'error',
      from: { path: '^(apps|packages)/', pathNot: '\\.test\\.ts$|/testing/' },
      to: { path: '\\.test\\.ts$|/testing/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.test\\.ts$|\\.mjs$|^(packages/contracts/src|scripts)/' },
      to: {},
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    exclude: { path: '(^|/)node_modules/|\\.generated\\.' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    extraExtensionsToScan: [],
  },
};
