import { spawnSync } from 'node:child_process'
import { builtinModules } from 'node:module'
import { expect, test } from 'vitest'
import { bundleOf, COMMAND, entries, importsOf } from './shipped.js'

/** What reads files and sockets of Node, and is for Node alone. */
const FOR_NODE = new Set(['./checkpoint/read', COMMAND])

test.each(entries())('$subpath makes no code out of text', ({ file }) => {
  const makers = bundleOf(file).filter(({ text }) => /\bnew Function\b|(?<![.\w])(?:eval|Function)\(/.test(text))
  expect(makers.map(({ name }) => name)).toEqual([])
})

test.each(entries().filter(({ subpath }) => !FOR_NODE.has(subpath)))(
  '$subpath needs nothing that only Node has',
  ({ file }) => {
    expect(bundleOf(file).flatMap(({ text }) => importsOf(text).filter(isNodes))).toEqual([])
    expect(
      bundleOf(file)
        .filter(({ text }) => /(?<![.\w])require\(/.test(text))
        .map(({ name }) => name),
    ).toEqual([])
  },
)

test('the whole package validates where making code out of text is forbidden', () => {
  const script = `
    const { is, lint, openapi, validate, validateJson } = await import('./dist/index.js')
    const answers = [is('Lora', { rank: 8 }), validate('Lora', { rank: '8' }).ok, validateJson('Lora', '{"rank": 1.5}').ok]
    let forbidden = false
    try { new Function('return 1')() } catch { forbidden = true }
    console.log(JSON.stringify([...answers, forbidden]))`
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', script],
    { cwd: new URL('../..', import.meta.url), encoding: 'utf8' },
  )
  expect({ stdout: stdout.trim(), stderr }).toEqual({ stdout: '[true,true,false,true]', stderr: '' })
})

test('what only Node has is found where it is meant to be', () => {
  const command = entries().find(({ subpath }) => subpath === COMMAND)
  expect(bundleOf(command?.file ?? '').flatMap(({ text }) => importsOf(text).filter(isNodes))).not.toEqual([])
})

function isNodes(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier)
}
