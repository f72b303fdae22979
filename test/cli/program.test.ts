import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runCli } from './run-cli.js'

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** Runs a shell line in which `$CLI` checks standard input, where thousands of documents each have an error. */
function shell(line: string) {
  const env = { ...process.env, CLI: `"${process.execPath}" "${CLI}" check -` }
  const { stdout, stderr } = spawnSync('sh', ['-c', line], {
    input: 'nam: x\n---\n'.repeat(3000),
    encoding: 'utf8',
    env,
  })
  return { stdout, stderr }
}

describe('model-entity', () => {
  it('keeps its exit code when the reader of its output has seen enough', () => {
    expect(shell('(eval "$CLI"; echo "exit $?" >&2) | head -n 1')).toEqual({
      stdout: 'error[missing] name: Field required\n',
      stderr: 'exit 1\n',
    })
  })

  it.runIf(existsSync('/dev/full'))('tells in one line that its output cannot be written', () => {
    const { stdout, stderr } = shell('eval "$CLI" > /dev/full; echo "exit $?"')
    expect(stdout).toBe('exit 70\n')
    expect(stderr).toMatch(/^model-entity: the output cannot be written: .*\n$/)
  })

  it.each([
    ['a name with a line end', ['check', '.', '--config', 'no\nsuch.yaml']],
    ['a model with a line end', ['check', '-', '--model', 'x\ny']],
    ['a misspelt command', ['chek']],
    ['a misspelt flag', ['check', '-', '--fromat']],
    ['a name that steers the terminal', ['check', '.', '--config', '\u001b[31mred']],
  ])('tells %s in one line', (_, args) => {
    expect(runCli(args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^model-entity: \P{Cc}+\n$/u),
    })
  })
})
