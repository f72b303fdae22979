import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('every checked-in generated file is what its generator makes of the definitions today', () => {
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/generate.ts', '--check'], {
    cwd: root,
    encoding: 'utf8',
  })
  expect({ status, stale: stderr.split('\n').filter((line) => line.startsWith('stale:')) }).toEqual({
    status: 0,
    stale: [],
  })
})
