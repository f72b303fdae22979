import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { SHARING } from '../../vitest.config.js'

const root = join(import.meta.dirname, '..')

/** It changes the folder of the process, and goes back: `test/cli/run-cli.test.ts` shows that. */
const GOES_BACK = join(root, 'cli/warm-command.ts')

const files = SHARING.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(root, folder, name))
    .filter((file) => file !== GOES_BACK),
)

/** What a test could leave behind for the tests of other files. */
const LEFT_BEHIND =
  /\bvi\.|process\.(?:chdir|exitCode|env\b[^=\n]*[^=!]=[^=])|delete process\.env|(?:globalThis|prototype)[.[][^=\n]*[^=!<>]=[^=>]|Object\.(?:defineProperty|assign)\((?:globalThis|\w+\.prototype)/

it('the tests that share a process leave nothing behind in it', () => {
  expect(files.length).toBeGreaterThan(100)
  expect(files.filter((file) => LEFT_BEHIND.test(readFileSync(file, 'utf8')))).toEqual([])
})

it.each([
  "process.env['HF_TOKEN'] = 'x'",
  'process.env.HF_TOKEN = undefined',
  "delete process.env['X']",
  'process.chdir(folder)',
  "vi.stubGlobal('fetch', x)",
  'globalThis.fetch = x',
  "globalThis['fetch'] = x",
  'Array.prototype.at = x',
  "Object.defineProperty(globalThis, 'fetch', x)",
])('%s is left behind', (line) => expect(LEFT_BEHIND.test(line)).toBe(true))

it.each([
  "const value = process.env['X'] === '1'",
  'if (globalThis.x === 5) return',
  'const at = globalThis.fetch',
  '{ env: process.env }',
])('%s is not', (line) => expect(LEFT_BEHIND.test(line)).toBe(false))
