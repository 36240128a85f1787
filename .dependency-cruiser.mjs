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
        pathNot: [
          '^packages/$2/',
          '^packages/[^/]+/src/(index|[^/]+-door|testing/test-(postgres|database|browser|dns|wire|otlp-receiver|redis))\\.ts$',
        ],
      },
    },
    {
      name: 'browser-code-imports-contracts-only',
      comment: 'What runs in a browser shares with the fleet what crosses between them, and runs nothing of it.',
      severity: 'error',
      from: { path: '^apps/console/web/src/' },
      to: { path: '^(apps|packages)/', pathNot: '^(apps/console/web/src|packages/contracts/src)/' },
    },
    {
      name: 'browser-code-stays-in-the-browser',
      severity: 'error',
      from: { pathNot: '^apps/console/web/' },
      to: { path: '^apps/console/web/' },
    },
    {
      name: 'pure-rooms-do-no-io',
      comment: '`buffer` only looks at bytes.',
      severity: 'error',
      from: { path: '^packages/(extract|contracts)/src', pathNot: '\\.test\\.ts$|/testing/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?buffer$' },
    },
    {
      name: 'extract-imports-nothing-with-io',
      severity: 'error',
      from: { path: '^packages/extract/src', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^packages/',
        pathNot: '^packages/(extract|contracts|privacy/src/(phone-number-door|digits-door|digits/[^/]+)\\.ts)',
      },
    },
    {
      name: 'crawler-holds-no-database-and-no-private-key',
      comment: 'Over any number of imports. What the crawler seals it cannot open; its tests may.',
      severity: 'error',
      from: { path: '^apps/crawler/', pathNot: '\\.test\\.ts$' },
      to: {
        path: [
          '^packages/(store|embedded)/',
          '^packages/privacy/src/(inside-door|load-inside-keys|generate-keys|write-keys|key-backup|restore-keys|rotate-key|replace-key|reindex-number|rotate-sealing|new-keys|key-provider|open|stored-number|suppression-index|reveal-door)\\.ts$',
        ],
        reachable: true,
      },
    },
    {
      name: 'trusted-zone-reaches-no-host',
      comment: 'Over any number of imports. What opens connections for pages is for the crawler alone.',
      severity: 'error',
      from: { path: '^apps/(sink|scheduler|console)/', pathNot: '\\.test\\.ts$|/testing/' },
      to: { path: '^packages/(egress/src/(index|door)|browser/src/index)\\.ts$', reachable: true },
    },
    {
      name: 'reveal-in-named-files-only',
      comment: 'I3: the plain digits of a number are read in these files and nowhere else.',
      severity: 'error',
      from: {
        path: '^(apps|packages|test|scripts)/',
        pathNot: [
          '^packages/privacy/src/',
          '^apps/cli/src/extract/extract-document\\.ts$',
          '^apps/console/src/exports/reveal-numbers\\.ts$',
          '^scripts/bench/extract/extractors\\.ts$',
          '^scripts/extract/coverage/measure-coverage\\.ts$',
          '\\.test\\.ts$',
        ],
      },
      to: { path: '^packages/privacy/src/reveal-door\\.ts$' },
    },
    {
      name: 'digits-in-named-files-only',
      comment: 'I3: the same, within the room of privacy.',
      severity: 'error',
      from: {
        pathNot:
          '^packages/privacy/src/(phone-number-door|reveal-door|compare-numbers|mask|seal|stored-number|suppression-index)\\.ts$',
      },
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
      from: { orphan: true, pathNot: '\\.test\\.ts$|\\.mjs$|/vite\\.config\\.ts$|^(packages/contracts/src|scripts)/' },
      to: {},
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    exclude: { path: '(^|/)node_modules/|\\.generated\\.|^apps/console/web/dist/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    extraExtensionsToScan: [],
  },
};
