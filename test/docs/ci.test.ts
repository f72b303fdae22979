import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { runCli } from '../cli/run-cli.js'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'ci-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the guide to CI', () => {
  const guide = read('docs/ci.md')
  const shown = [...guide.matchAll(/<!-- (examples\/ci\/\S+) -->\n```\w+\n([\s\S]*?)^```$/gm)]

  it('shows every recipe as it is', () => {
    for (const [, path = '', text] of shown) expect(text).toBe(read(path))
    const files = readdirSync(join(ROOT, 'examples/ci'), { recursive: true, withFileTypes: true })
    expect(shown.length).toBe(files.filter((file) => file.isFile()).length)
  })

  it.each(shown.map(([, path = '']) => path))('has commands that work, in %s', (path) => {
    const commands = [...read(path).matchAll(/npx (?:--yes )?model-entity ([^\n'"|>]*)/g)]
    const user = mkdtempSync(join(folder, 'user-'))
    mkdirSync(join(user, 'models'))
    cpSync(join(ROOT, 'examples/dense.yaml'), join(user, 'models/dense.yaml'))
    for (const [, line = ''] of commands) {
      const args = line
        .replace(/['"].*$/, '')
        .trim()
        .split(' ')
      expect(runCli(args, { cwd: user })).toMatchObject({ code: 0 })
      for (const arg of args.filter((each) => /^\w+=/.test(each))) {
        expect(existsSync(join(user, arg.replace(/^\w+=/, '')))).toBe(true)
      }
    }
    if (/model-entity check/.test(read(path))) expect(commands.length).toBeGreaterThan(0)
  })

  it('names the inputs of the action with their defaults', () => {
    const { inputs } = parse(read('action.yml'))
    const rows = [...guide.matchAll(/^\| `(\w+)` \| .+ \| (.+) \|$/gm)].map(([, name, value]) => [name, value])
    const defaults: Readonly<Record<string, string>> = { args: 'none', version: 'that of the action' }
    expect(rows).toEqual(
      Object.entries<{ default: string }>(inputs).map(([name, input]) => [
        name,
        defaults[name] ?? `\`${input.default}\``,
      ]),
    )
  })
})

describe('the action', () => {
  const action = parse(read('action.yml'))
  const [check, upload] = action.runs.steps

  it('runs this version of the package', () => {
    expect(action.inputs.version.default).toBe(JSON.parse(read('package.json')).version)
  })

  it('puts no input into its script', () => {
    expect(check.run).not.toContain('${{')
    expect(upload.uses).toMatch(/^github\/codeql-action\/upload-sarif@v\d+$/)
  })

  it('annotates, and writes the reports, of the files that are named one a line', () => {
    const { status, stdout, output, summary } = runStep({
      FILES: 'models/\n\n!models/drafts\n',
      ARGS: '--max-warnings=0\n',
    })
    expect(status).toBe(1)
    expect(stdout).toContain('::error ')
    expect(stdout).toContain('failed: 1 error')
    expect(summary).toContain('string_type')
    const [, report = ''] = /^sarif=(.*)$/m.exec(output) ?? []
    expect(JSON.parse(readFileSync(report, 'utf8')).runs[0].results).toHaveLength(1)
  })

  it('takes a file for a file, whatever it is called', () => {
    const { stdout } = runStep({ FILES: '$(touch oops)\n--fix\n"; touch oops2', ARGS: '' })
    expect(stdout.match(/missing_file/g)?.length).toBeGreaterThanOrEqual(3)
    expect(existsSync(join(folder, 'runner/oops'))).toBe(false)
    expect(existsSync(join(folder, 'runner/oops2'))).toBe(false)
  })

  it('fails without a report for wrong arguments', () => {
    expect(runStep({ FILES: '.', ARGS: '--no-such-flag' })).toMatchObject({ status: 2, output: '' })
  })

  /** Runs the script of the first step like a runner does, where `npx` is the built command. */
  function runStep(inputs: Readonly<Record<'FILES' | 'ARGS', string>>) {
    const home = join(folder, 'runner')
    rmSync(home, { recursive: true, force: true })
    mkdirSync(join(home, 'bin'), { recursive: true })
    mkdirSync(join(home, 'models/drafts'), { recursive: true })
    const npx = `#!/bin/sh\nshift 2\nexec "${process.execPath}" "${join(ROOT, 'dist/cli.js')}" "$@"\n`
    writeFileSync(join(home, 'bin/npx'), npx, { mode: 0o755 })
    for (const name of ['models/a.yaml', 'models/drafts/b.yaml']) writeFileSync(join(home, name), 'name: 5\n')
    const [output, summary] = [join(home, 'output'), join(home, 'summary')]
    for (const file of [output, summary]) writeFileSync(file, '')
    const env = {
      ...process.env,
      ...inputs,
      ...{ VERSION: '0.0.0', SUMMARY: 'true', GITHUB_ACTIONS: 'true', RUNNER_TEMP: home, NO_COLOR: '1' },
      ...{ GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary, PATH: `${join(home, 'bin')}:${process.env['PATH']}` },
    }
    const args = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', check.run]
    const { status, stdout, stderr } = spawnSync('bash', args, { cwd: home, env, encoding: 'utf8' })
    return {
      status,
      stdout: stdout + stderr,
      output: readFileSync(output, 'utf8'),
      summary: readFileSync(summary, 'utf8'),
    }
  }
})

describe('the problem matchers', () => {
  const { diagnostics } = JSON.parse(runCli(['check', 'examples/broken', '--format', 'json'], { cwd: ROOT }).stdout)
  const lines = runCli(['check', 'examples/broken', '--format', 'concise'], { cwd: ROOT }).stdout.split('\n')

  it('of GitHub find every diagnostic, and nothing else', () => {
    const { problemMatcher } = JSON.parse(read('problem-matcher.json'))
    const found = lines.flatMap((line) => problemMatcher.flatMap((matcher: Matcher) => match(matcher.pattern[0], line)))
    expect(found).toEqual(
      diagnostics.map((one: Place) => placeOf(one, one.severity === 'info' ? undefined : one.severity)),
    )
    expect(problemMatcher.map(({ severity }: Matcher) => severity)).toEqual([undefined, 'notice'])
  })

  it('of VS Code do so too', () => {
    const [{ problemMatcher }] = JSON.parse(read('examples/ci/vscode-tasks.json')).tasks
    const found = lines.flatMap((line) => match(problemMatcher.pattern, line))
    expect(found).toEqual(diagnostics.map((one: Place) => placeOf(one, one.severity)))
  })

  interface Matcher {
    readonly severity?: string
    readonly pattern: readonly [Pattern]
  }
  type Pattern = { readonly regexp: string } & Readonly<Record<string, number>>
  interface Place {
    readonly file: string
    readonly line: number
    readonly column: number
    readonly severity: string
    readonly code: string
  }

  function placeOf({ file, line, column, code }: Place, severity: string | undefined) {
    return { file, line: String(line), column: String(column), severity, code }
  }

  function match(pattern: Pattern | undefined, text: string) {
    const groups = pattern && new RegExp(pattern.regexp).exec(text)
    if (!groups) return []
    const at = (name: string) => (pattern[name] === undefined ? undefined : groups[pattern[name]])
    expect(at('message')).not.toBe('')
    return [{ file: at('file'), line: at('line'), column: at('column'), severity: at('severity'), code: at('code') }]
  }
})
