/**
 * The arrows of the house (docs/architecture.md). A feature imports only features to its left, and of those only the
 * `.module` and `.service` files.
 */
const FEATURES = [
  'companies',
  'event-types',
  'services',
  'availability',
  'bookings',
  'composite-bookings',
  'webhooks',
  'synchronisation',
  'compatibility',
  'operations',
];

const toTheRight = FEATURES.map((feature, index) => ({
  name: `${feature}-imports-only-to-its-left`,
  severity: 'error',
  from: { path: `^src/features/${feature}/` },
  to: { path: `^src/features/(${FEATURES.slice(index + 1).join('|') || 'none'})/` },
}));

const throughTheDoor = FEATURES.map((feature) => ({
  name: `others-enter-${feature}-by-module-or-service`,
  severity: 'error',
  from: { path: '^src/features/', pathNot: `^src/features/${feature}/` },
  to: { path: `^src/features/${feature}/`, pathNot: '\\.(module|service)\\.ts$' },
}));

/** Rooms that may be entered from a room; everything else is an error. */
const allowed = (name, from, to) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: '\\.spec\\.ts$' },
  to: { path: '^src/', pathNot: to },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '(\\.d\\.ts|\\.spec\\.ts|main\\.ts)$' },
      to: {},
    },
    {
      name: 'scheduling-imports-nothing',
      severity: 'error',
      from: { path: '^src/scheduling/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^src/scheduling/' },
    },
    allowed('foundation-knows-no-room', '^src/foundation/', '^src/foundation/'),
    allowed('providers-import-scheduling-and-foundation', '^src/providers/', '^src/(providers|scheduling|foundation)/'),
    {
      name: 'a-provider-never-imports-another',
      severity: 'error',
      from: { path: '^src/providers/([^/]+)/' },
      to: { path: '^src/providers/([^/]+)/', pathNot: '^src/providers/$1/' },
    },
    allowed(
      'features-import-features-scheduling-foundation',
      '^src/features/',
      '^src/(features|scheduling|foundation)/',
    ),
    allowed('sandbox-imports-only-foundation', '^src/sandbox/', '^src/(sandbox|foundation)/'),
    allowed('demo-imports-sandbox-and-foundation', '^src/demo/', '^src/(demo|sandbox|foundation)/'),
    {
      name: 'only-main-loads-the-demo',
      severity: 'error',
      from: { pathNot: '^src/(main\\.ts$|demo/)' },
      to: { path: '^src/demo/' },
    },
    {
      name: 'the-service-speaks-to-the-sandbox-over-http',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(demo|sandbox)/' },
      to: { path: '^src/sandbox/' },
    },
    {
      name: 'only-the-app-knows-every-room',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(app\\.module|create-service|main)\\.ts$|^src/(features|providers)/' },
      to: { path: '^src/(features|providers)/' },
    },
    ...toTheRight,
    ...throughTheDoor,
    {
      name: 'not-to-dev-dep',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'] },
    },
    { name: 'not-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules|\\.data)' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'require', 'default', 'types'] },
    reporterOptions: { archi: { collapsePattern: '^src/(features/[^/]+|providers/[^/]+|[^/]+)' } },
  },
};
