import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Without docs/api, which takes longer than everything else: `npm run generate -- --check` in `.ci/run` checks that. */
const CHECK = ['--import', 'tsx', 'scripts/generate.ts', '--check', '--shipped']

test('every generated file of the package is what its generator makes of the definitions today', () => {
  const { status, stderr } = spawnSync(process.execPath, CHECK, { cwd: root, encoding: 'utf8' })
  expect({ status, stale: stderr.split('\n').filter((line) => line.startsWith('stale:')) }).toEqual({
    status: 0,
    stale: [],
  })
})
