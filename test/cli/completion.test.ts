import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { programWords } from '../../src/cli/completion/program-words.js'
import { wholeProgram } from '../../src/cli/program.js'
import { RULES } from '../../src/lint/index.js'
import { SCHEMA_NAMES } from '../../src/schemas/index.js'
import { runCli } from './run-cli.js'

const words = programWords(await wholeProgram())
const scripts = Object.fromEntries(
  ['bash', 'zsh', 'fish'].map((shell) => [shell, runCli(['completion', shell]).stdout] as const),
)

describe('the words of the program', () => {
  it('are all commands and all options that --help prints', () => {
    const printed = runCli(['--help']).stdout
    const names = [...printed.matchAll(/^ {2}([a-z]+) [[<]/gm)].map(([, name]) => name)
    expect(words.commands.map(({ name }) => name)).toEqual(names)
    for (const { name, options } of words.commands.filter(({ name }) => name !== 'help')) {
      const flags = [...runCli([name, '--help']).stdout.matchAll(/^ {2}(?:(-\w), )?(--[\w-]+)/gm)]
      const printedFlags = flags.flatMap(([, short, long]) => [short, long].filter((flag) => flag !== undefined))
      // The help puts options in groups, so that their order is its own.
      expect(options.flatMap((option) => option.flags).sort()).toEqual(printedFlags.sort())
    }
  })

  it('include the choices of options, definitions and codes', () => {
    expect(offered('validate', '--model')).toEqual(SCHEMA_NAMES)
    expect(offered('check', '--format')).toContain('sarif')
    expect(offered('check', '--output')).toContain('sarif=')
    expect(offered('estimate', '--gpu')).toContain('h100-80gb')
    expect(offered('explain')).toEqual(expect.arrayContaining([...RULES.map(({ code }) => code), 'int_parsing']))
    expect(offered('completion')).toEqual(['bash', 'zsh', 'fish'])
  })

  it('contain no blank, which shells take for the end of a word', () => {
    const all = words.commands.flatMap(({ name, options, arguments: given }) => [
      name,
      ...options.flatMap(({ flags, value }) => [
        ...flags,
        ...(value && 'words' in value.offer ? value.offer.words : []),
      ]),
      ...given.flatMap(({ offer }) => ('words' in offer ? offer.words : [])),
    ])
    expect(all.filter((word) => !/^[\w@.=-]+$/.test(word))).toEqual([])
  })
})

describe('completion in bash', () => {
  const folder = mkdtempSync(join(tmpdir(), 'completion-'))
  writeFileSync(join(folder, 'a file.yaml'), '')
  writeFileSync(join(folder, 'config.yaml'), '')
  afterAll(() => rmSync(folder, { recursive: true }))

  /** What bash offers for the last of its words: it takes `=` for a word of its own. */
  function offeredBy(...line: string[]): string[] {
    const script = `${scripts['bash']}
      COMP_WORDS=(model-entity "$@"); COMP_CWORD=$#
      _model_entity
      printf '%s\\n' "\${COMPREPLY[@]}"`
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...line], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    return stdout.split('\n').filter((word) => word !== '')
  }

  it.each([
    ['a command', [''], words.commands.map(({ name }) => name)],
    ['an option of the program', ['--v'], ['--version']],
    ['an option', ['check', '--form'], ['--format']],
    ['an option behind a file', ['check', 'a file.yaml', '--max-w'], ['--max-warnings']],
    ['a choice', ['check', '--format', 'js'], ['json', 'jsonl']],
    ['a choice behind an equals sign', ['check', '--format', '=', 'js'], ['json', 'jsonl']],
    ['all choices behind an equals sign', ['schema', '--variant', '='], ['service', 'page']],
    ['a format before a file', ['check', '--output', 'sar'], ['sarif=']],
    ['a file behind a format', ['check', '--output', 'sarif', '=', 'con'], ['config.yaml']],
    [
      'a file behind a format and an option',
      ['check', '--output', '=', 'sarif', '=', ''],
      ['a file.yaml', 'config.yaml'],
    ],
    ['nothing behind batch=', ['estimate', '--sweep', 'batch', '=', ''], []],
    ['a file', ['check', ''], ['a file.yaml', 'config.yaml']],
    ['nothing for a number', ['check', '--max-warnings', ''], []],
    ['a definition', ['schema', 'Model'], ['ModelSpec', 'ModelEntity']],
    ['a code', ['explain', 'heads-'], ['heads-not-divisible']],
    ['a shell', ['completion', ''], ['bash', 'zsh', 'fish']],
  ])('offers %s', (_, line, expected) => {
    expect(offeredBy(...line).sort()).toEqual([...expected].sort())
  })
})

it('refuses another shell', () => {
  expect(runCli(['completion', 'tcsh'])).toMatchObject({ code: 2, stderr: expect.stringContaining('bash, zsh, fish') })
})

/** The words that are offered for an option, or for the argument of a command. */
function offered(command: string, flag?: string): readonly string[] {
  const { options, arguments: given } = words.commands.find(({ name }) => name === command) ?? expect.fail(command)
  const offer = flag === undefined ? given[0]?.offer : options.find(({ flags }) => flags.includes(flag))?.value?.offer
  return offer !== undefined && 'words' in offer ? offer.words : []
}
