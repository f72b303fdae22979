import { readFileSync } from 'node:fs'
import Ajv from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { configSchema, readConfig } from '../../src/policy/index.js'

const CONTRACT = `include: ["models/**/*.yaml"]
exclude: ["**/generated/**"]
model: CreateModelEntityRequest
maxWarnings: 0
complete: true
rules:
  trust-remote-code: error
  required-field: { severity: error, fields: [description, ownership.team] }
  limit: { severity: warning, spec.minimum_gpus_lora: { max: 8 }, spec.context_size: { min: 8192 } }
  name-convention: { severity: warning, pattern: "^[a-z0-9-]+$" }
  allowed-families: { severity: error, families: [llama, qwen3] }
  allowed-hosts: { severity: error, hosts: ["*.example.com"] }
overrides:
  - files: ["sandbox/**"]
    rules: { trust-remote-code: off }
`

/** Mistakes as `line:column loc`, and their help. */
function faults(text: string, file = 'model-entity.config.yaml'): string[] {
  return readConfig(text, file).diagnostics.map(({ line, column, code, loc, help }) => {
    expect(code).toBe('config_invalid')
    return `${line}:${column} ${loc.join('.')} (${help})`
  })
}

const fitsSchema = new Ajv.default({ strict: false }).compile(configSchema())

describe('a config', () => {
  it('is read in full', () => {
    expect(faults(CONTRACT)).toEqual([])
    expect(fitsSchema(parse(CONTRACT))).toBe(true)
    const { settings } = readConfig(CONTRACT, 'model-entity.config.yaml')
    expect(settings).toMatchObject({ model: 'CreateModelEntityRequest', maxWarnings: 0, complete: true })
    expect(settings.rules.get('limit')).toEqual({
      severity: 'warning',
      options: { limits: { 'spec.minimum_gpus_lora': { max: 8 }, 'spec.context_size': { min: 8192 } } },
    })
  })

  it('may be empty, or JSON', () => {
    expect(faults('')).toEqual([])
    expect(faults('# nothing\n')).toEqual([])
    expect(faults('{"rules": {"trust-remote-code": "off"}}', 'model-entity.config.json')).toEqual([])
  })

  it.each([
    ['a misspelt setting', 'exclud: [a]\n', ['1:1 exclud (did you mean "exclude"?)']],
    ['a rule at the top', 'trust-remote-code: off\n', ['1:1 trust-remote-code (write it under "rules")']],
    [
      'a misspelt rule',
      'rules: {trust-remote-cod: off}\n',
      ['1:9 rules.trust-remote-cod (did you mean "trust-remote-code"?)'],
    ],
    [
      'an error of the service',
      'rules:\n  missing: off\n',
      ['2:3 rules.missing (correct the file: the service refuses it)'],
    ],
    [
      'a misspelt severity',
      'rules:\n  temperature-zero: warnin\n',
      ['2:21 rules.temperature-zero (did you mean "warning"?)'],
    ],
    ['false for off', 'rules:\n  temperature-zero: false\n', ['2:21 rules.temperature-zero (write off)']],
    ['a misspelt model', 'model: ModelEntiti\n', ['1:8 model (did you mean "ModelEntity"?)']],
    ['a negative count', 'maxWarnings: -1\n', ['1:14 maxWarnings (write a whole number of at least 0)']],
    ['a text for a list', 'exclude: "**/a/**"\n', ['1:10 exclude (write a list of patterns: ["**/generated/**"])']],
    ['a number in a list', 'include: [a, 5]\n', ['1:14 include.1 (write a list of patterns: ["models/**/*.yaml"])']],
    ['a backslash', "exclude: ['models\\old\\**']\n", ['1:11 exclude.0 (write "models/old/**")']],
    [
      'a pattern with an open bracket',
      'exclude: ["{a,b"]\n',
      ['1:11 exclude.0 (close it, or write "[{]" for the character)'],
    ],
    ['a pattern outside', 'exclude: ["../a"]\n', ['1:11 exclude.0 (put a config into that folder)']],
    [
      'a rule without its options',
      'rules:\n  required-field: error\n',
      ['2:19 rules.required-field (write { severity: error, fields: [description] })'],
    ],
    [
      'a misspelt option',
      'rules:\n  required-field: {field: [name]}\n',
      [
        '2:3 rules.required-field.fields (write fields: [description])',
        '2:20 rules.required-field.field (did you mean "fields"?)',
      ],
    ],
    [
      'an option of a rule that has none',
      'rules:\n  temperature-zero: {max: 1}\n',
      ['2:22 rules.temperature-zero.max (the only option is severity)'],
    ],
    [
      'an unknown field',
      'rules:\n  required-field: {fields: [descripton]}\n',
      ['2:29 rules.required-field.fields.0 (did you mean "description"?)'],
    ],
    [
      'an unknown number',
      'rules:\n  limit: {spec.contex_size: {max: 1}}\n',
      ['2:11 rules.limit.spec.contex_size (did you mean "spec.context_size"?)'],
    ],
    [
      'a number without its path',
      'rules:\n  limit: {context_size: {max: 1}}\n',
      ['2:11 rules.limit.context_size (did you mean "spec.context_size"?)'],
    ],
    [
      'a limit of nothing',
      'rules:\n  limit: {spec.context_size: {}}\n',
      ['2:11 rules.limit.spec.context_size (write { max: 8 })'],
    ],
    [
      'bounds that cross',
      'rules:\n  limit: {spec.context_size: {min: 9, max: 8}}\n',
      ['2:44 rules.limit.spec.context_size.max (write at least 9)'],
    ],
    [
      'a broken expression',
      'rules:\n  name-convention: {pattern: "["}\n',
      ['2:30 rules.name-convention.pattern (write a pattern such as "^[a-z0-9-]+$")'],
    ],
    [
      'a URL for a host',
      'rules:\n  allowed-hosts: {hosts: ["https://a.com"]}\n',
      ['2:27 rules.allowed-hosts.hosts.0 (write the host only, without scheme, user, port or path)'],
    ],
    [
      'an override without files',
      'overrides:\n  - rules: {}\n',
      ['2:5 overrides.0.files (write a list of patterns: ["sandbox/**"])'],
    ],
    [
      'a mistake in an override',
      'overrides:\n  - files: [a]\n    rules: {limi: off}\n    rule: 1\n',
      ['3:13 overrides.0.rules.limi (did you mean "limit"?)', '4:5 overrides.0.rule (did you mean "rules"?)'],
    ],
    ['a list', '- a\n', ['1:1  (write a mapping of settings: { rules: { trust-remote-code: error } })']],
    ['two documents', 'complete: true\n---\ncomplete: false\n', ['3:1  (remove the further documents)']],
    [
      'a repeated key',
      'complete: true\ncomplete: false\n',
      ['2:1  (keep only one of them: readers disagree about which one counts)'],
    ],
    ['broken YAML', 'rules: [\n', ['2:1  (correct the syntax of the document)']],
  ])('with %s is an error with its place and a suggestion', (_, text, expected) => {
    expect(faults(text)).toEqual(expected)
  })

  it('with a mistake keeps what is right', () => {
    const { settings } = readConfig(
      'exclude: [a, 5, "{"]\nmaxWarnings: x\nrules: {foo: off, temperature-zero: off}\n',
      'c.yaml',
    )
    expect(settings.exclude).toEqual(['a'])
    expect(settings.maxWarnings).toBeUndefined()
    expect([...settings.rules.keys()]).toEqual(['temperature-zero'])
  })

  it('has a schema for editors that refuses what the check refuses', () => {
    const wrong = [
      'exclud: [a]',
      'rules: {foo: off}',
      'maxWarnings: -1',
      'rules: {limit: {spec.context_size: {}}}',
      'overrides: [{files: [a]}]',
      'model: X',
      'rules: {temperature-zero: warn}',
    ]
    for (const text of wrong) {
      expect(faults(text), text).not.toEqual([])
      expect(fitsSchema(parse(text)), text).toBe(false)
    }
    expect(JSON.parse(readFileSync(new URL('../../schemas/config.json', import.meta.url), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(configSchema())),
    )
  })
})
