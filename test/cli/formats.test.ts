import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Ajv, type ValidateFunction } from 'ajv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from './run-cli.js'

const fixtures = new URL('../fixtures/schemas/', import.meta.url)
let folder = ''
const check = (...args: string[]) => runCli(['check', ...args], { cwd: folder })
const of = (format: string, ...files: string[]) => check(...files, '--format', format).stdout

/** Everything that some format must escape: markup, commands, tables, control and wide characters. */
const HOSTILE = `na|me: "\\e[31m\\u0001 <b>&amp;'\\"]]> %0A::error::x,y:z | a\`b*c_d @team https://x.example"
name: "<i>|\\uffff\\u202e%"
é𝔸: 1
`

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'formats-'))
  mkdirSync(join(folder, 'a b'))
  const files: Readonly<Record<string, string>> = {
    'good.yaml': 'name: llama\n',
    'warned.yaml': 'name: llama\ntrust_remote_code: true\n',
    'hostile,%:.yaml': HOSTILE,
    'a b/ü.yaml': '# é\nname: "𝔸é" \nfileste: [é, 𝔸]\n',
    'bad.json': '{"name": "é𝔸", "spec": {"num_layers": "x"}}',
    'broken.yaml': 'name: [\n',
    'moved.yaml': '\n\n\n# moved\n{"name": "é𝔸", "spec": {"num_layers": "x"}}',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
})

afterAll(() => rmSync(folder, { recursive: true }))

const ALL = ['good.yaml', 'warned.yaml', 'hostile,%:.yaml', 'a b/ü.yaml', 'bad.json', 'broken.yaml']

describe('check --format sarif', () => {
  const isSarif = sarifValidator()

  it('is valid for the published schema, whatever the files contain', () => {
    expect(faultsOf(isSarif, JSON.parse(of('sarif', ...ALL)))).toEqual([])
    expect(faultsOf(isSarif, JSON.parse(of('sarif', 'good.yaml')))).toEqual([])
  })

  it('has a rule with a page and help for each result', () => {
    const [run] = JSON.parse(of('sarif', ...ALL)).runs
    const { rules } = run.tool.driver
    expect(run.results.length).toBeGreaterThan(15)
    for (const { ruleId, ruleIndex } of run.results) expect(rules[ruleIndex].id).toBe(ruleId)
    for (const rule of rules) {
      expect(rule.help.text).toContain(rule.helpUri)
      expect(rule.shortDescription.text).not.toBe(rule.id)
    }
  })

  it('writes paths as URIs', () => {
    const uris = JSON.parse(of('sarif', ...ALL)).runs[0].results.map(
      (one: { locations: [{ physicalLocation: { artifactLocation: { uri: string } } }] }) =>
        one.locations[0].physicalLocation.artifactLocation.uri,
    )
    expect(new Set(uris)).toContain('a%20b/%C3%BC.yaml')
    expect(new Set(uris)).toContain('hostile%2C%25%3A.yaml')
  })

  it('has fingerprints that stay when lines move, and differ from each other', () => {
    const prints = (file: string) =>
      JSON.parse(of('sarif', file)).runs[0].results.map(
        (one: { partialFingerprints: object }) => Object.values(one.partialFingerprints)[0],
      )
    const before = prints('bad.json')
    writeFileSync(join(folder, 'bad.json'), `\n\n  ${readFileSync(join(folder, 'bad.json'), 'utf8')}`)
    expect(prints('bad.json')).toEqual(before)
    expect(new Set(before).size).toBe(before.length)
  })
})

describe('check --format junit', () => {
  it('has a suite per file, a failed test per error, and output for warnings', () => {
    const xml = of('junit', 'good.yaml', 'warned.yaml', 'broken.yaml')
    expect(xml.match(/<testsuite /g)).toHaveLength(3)
    expect(xml.match(/<failure type="yaml_syntax"/g)).toHaveLength(1)
    expect(xml).toContain('<testcase name="no errors" classname="good.yaml" time="0"/>')
    expect(xml).toMatch(/<system-out>warned\.yaml:2:20: warning trust-remote-code/)
  })

  it('fails where warnings make the check fail', () => {
    expect(of('junit', 'warned.yaml', '--max-warnings', '0')).toContain('<failure type="max-warnings"')
  })

  it.skipIf(!hasXmllint())('is valid for the schema of Jenkins (skipped without xmllint)', () => {
    const schema = new URL('junit-10.xsd', fixtures).pathname
    expect(xmllint(of('junit', ...ALL), '--schema', schema)).toBe('')
  })
})

describe('check --format checkstyle', () => {
  it('has an element per file and per diagnostic', () => {
    const xml = of('checkstyle', ...ALL)
    expect(xml.match(/<file name=/g)).toHaveLength(ALL.length)
    expect(xml.match(/<error line="\d+" column="\d+" severity="(?:error|warning|info)" message=/g)?.length).toBe(
      JSON.parse(of('json', ...ALL)).diagnostics.length,
    )
  })

  it.skipIf(!hasXmllint())('is well-formed XML, whatever the files contain (skipped without xmllint)', () => {
    expect(xmllint(of('checkstyle', ...ALL))).toBe('')
  })
})

describe('check --format github', () => {
  it('is one command per diagnostic, with nothing that ends it early', () => {
    const lines = of('github', ...ALL)
      .trimEnd()
      .split('\n')
    expect(lines).toHaveLength(JSON.parse(of('json', ...ALL)).diagnostics.length)
    for (const line of lines) {
      expect(line).toMatch(
        /^::(?:error|warning|notice) file=[^,:]+,line=\d+,endLine=\d+(?:,col=\d+,endColumn=\d+)?,title=[^,:]+::/,
      )
    }
    expect(lines.filter((line) => line.includes('file=hostile%2C%25%3A.yaml,')).length).toBeGreaterThan(1)
  })

  it('is printed as well in a workflow, beside a format for programs on standard error', () => {
    const env = { ...process.env, NO_COLOR: '1', GITHUB_ACTIONS: 'true' }
    const run = (format: string) =>
      spawnSync(
        process.execPath,
        [join(import.meta.dirname, '../../dist/cli.js'), 'check', 'broken.yaml', '--format', format],
        {
          cwd: folder,
          env,
          encoding: 'utf8',
        },
      )
    expect(run('pretty').stdout).toMatch(/^::error file=broken\.yaml,/m)
    expect(run('github').stdout.match(/^::error/gm)).toHaveLength(1)
    const json = run('json')
    expect(JSON.parse(json.stdout).diagnostics).toHaveLength(1)
    expect(json.stderr).toMatch(/^::error file=broken\.yaml,/m)
  })
})

describe('check --format markdown', () => {
  it('is a table with one row per diagnostic and four cells per row', () => {
    const rows = of('markdown', ...ALL)
      .split('\n')
      .filter((line) => line.startsWith('|'))
    expect(rows).toHaveLength(JSON.parse(of('json', ...ALL)).diagnostics.length + 2)
    for (const row of rows) expect(row.replaceAll('\\|', '').match(/\|/g)).toHaveLength(5)
    expect(rows.join('\n')).not.toMatch(/<b>|<i>|\s@team/)
  })
})

describe('check --format rdjson', () => {
  it('counts columns in bytes', () => {
    const { diagnostics } = JSON.parse(of('rdjson', 'a b/ü.yaml'))
    const source = readFileSync(join(folder, 'a b/ü.yaml'))
    const texts = diagnostics.map(
      ({ location: { range } }: { location: { range: Record<'start' | 'end', { line: number; column: number }> } }) => {
        const lines = source.toString().split('\n')
        const start = Buffer.from(lines.slice(0, range.start.line - 1).join('\n')).length + range.start.column
        const end = Buffer.from(lines.slice(0, range.end.line - 1).join('\n')).length + range.end.column
        return source.subarray(start, end).toString()
      },
    )
    expect(texts).toEqual(['"𝔸é"', 'fileste'])
  })
})

describe('check --format gitlab', () => {
  it('has unique fingerprints and the severities of GitLab', () => {
    const issues: { fingerprint: string; severity: string }[] = JSON.parse(of('gitlab', ...ALL))
    expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(issues.length)
    for (const { severity } of issues) expect(['info', 'minor', 'major']).toContain(severity)
  })
})

describe('check --format concise and jsonl', () => {
  it('print one line per diagnostic', () => {
    const { diagnostics } = JSON.parse(of('json', ...ALL))
    const lines = of('jsonl', ...ALL)
      .trimEnd()
      .split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(diagnostics)
    expect(of('concise', 'warned.yaml').split('\n')[0]).toBe(
      'warned.yaml:2:20: warning trust-remote-code: trust_remote_code: "trust_remote_code" is true: code from the checkpoint runs on the platform',
    )
  })
})

describe('check --output', () => {
  it('writes several reports, each equal to its format, and leaves them out of the check', () => {
    const args = ['.', '--output', 'json=report.json', '--output', 'sarif=report.sarif', '--output', 'junit=j.xml']
    const first = check(...args)
    const report = readFileSync(join(folder, 'report.json'), 'utf8')
    expect(check(...args)).toEqual(first)
    expect(readFileSync(join(folder, 'report.json'), 'utf8')).toBe(report)
    rmSync(join(folder, 'report.json'))
    expect(of('json', '.')).toBe(report)
    expect(JSON.parse(readFileSync(join(folder, 'report.sarif'), 'utf8')).version).toBe('2.1.0')
    for (const name of ['report.sarif', 'j.xml']) rmSync(join(folder, name))
  })

  it.each([
    ['a format that does not exist', 'jsn=x.json', 'FORMAT is one of pretty'],
    ['no file', 'json=', 'write FORMAT=FILE'],
    ['a folder that does not exist', 'json=no/where/x.json', 'the report cannot be written'],
  ])('refuses %s', (_, value, message) => {
    expect(check('good.yaml', '--output', value)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) })
  })
})

describe('a failed check', () => {
  it('ends with the reason, on standard error if standard output is for programs', () => {
    expect(check('broken.yaml').stdout).toMatch(/\nfailed: 1 error\n$/)
    expect(check('warned.yaml', '--max-warnings', '0', '--format', 'concise').stdout).toMatch(
      /\nfailed: 1 warning, at most 0 allowed \(--max-warnings\)\n$/,
    )
    expect(check('broken.yaml', '--format', 'json').stderr).toBe('failed: 1 error\n')
    expect(check('warned.yaml').stdout).not.toContain('failed')
  })
})

function sarifValidator(): ValidateFunction {
  const {
    $schema: _,
    id: __,
    ...schema
  } = JSON.parse(gunzipSync(readFileSync(new URL('sarif-2.1.0.json.gz', fixtures))).toString())
  return new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema)
}

function faultsOf(validate: ValidateFunction, value: unknown): unknown[] {
  return validate(value) ? [] : (validate.errors ?? [])
}

function hasXmllint(): boolean {
  return spawnSync('xmllint', ['--version']).status === 0
}

/** What xmllint says against a text: nothing if it is fine. */
function xmllint(text: string, ...args: string[]): string {
  const { status, stderr } = spawnSync('xmllint', ['--noout', ...args, '-'], { input: text, encoding: 'utf8' })
  return status === 0 ? '' : stderr
}
