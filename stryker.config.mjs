/** Mutation testing of one room of `src`, which `npm run mutate` names in MUTATE_ROOM: CONTRIBUTING.md. */
const room = process.env.MUTATE_ROOM

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutate.config.ts', related: false },
  mutate: [`src/${room}/**/*.ts`, '!src/**/index.ts', '!src/**/generated/**'],
  ignorePatterns: ['/docs', '/bench', '/.cache', '/coverage', '/.github'],
  coverageAnalysis: 'perTest',
  incremental: true,
  incrementalFile: `.cache/mutate/${room}.json`,
  tempDirName: '.cache/mutate/sandbox',
  reporters: ['progress', 'clear-text', 'html'],
  htmlReporter: { fileName: `.cache/mutate/${room}.html` },
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false },
  thresholds: { high: 95, low: 90, break: 90 },
}
