import { describe, expect, it } from 'vitest'
import { RULES } from '../../src/lint/index.js'
import type { Rule } from '../../src/lint/rule.js'
import { isRecord } from '../../src/lint/schema-walk.js'
import { byteColumns } from '../../src/manifest/byte-columns.js'
import { checkSource } from '../../src/manifest/check-source.js'
import type { CheckAcross, CheckedEntity } from '../../src/manifest/checked-entity.js'
import { type Finding, Findings } from '../../src/manifest/findings.js'
import { ALL_RULES, checkManifest } from '../../src/manifest/index.js'
import { listEntities } from '../../src/manifest/list-entities.js'
import { readManifest } from '../../src/manifest/read-manifest.js'
import { isRuleCode, unknownRule } from '../../src/manifest/rule-catalogue.js'
import { repeatedDirectives } from '../../src/manifest/yaml-directives.js'
import { isWord } from '../../src/manifest/yaml-quick/scalars.js'
import { yamlTokens } from '../../src/manifest/yaml-tokens.js'

const bytes = (text: string) => new TextEncoder().encode(text)
const codes = (text: string, options: Parameters<typeof checkManifest>[1]) =>
  checkManifest(text, options).diagnostics.map(({ code, loc }) => `${code} ${loc.join('.')}`.trim())

describe('the name that a caller gives', () => {
  it.each([
    ['yaml', 'description: x\n'],
    ['yaml', '{description: x}\n'],
    ['json', '{"description": "x"}'],
  ] as const)('is that of an entity without one, in %s: %j', (format, text) => {
    expect(codes(text, { format })).toStrictEqual(['missing name'])
    expect(codes(text, { format, name: 'ab' })).toStrictEqual([])
    expect(codes(text, { format, name: 'a b' })).toStrictEqual(['string_pattern_mismatch name'])
  })

  it.each([
    ['yaml', 'name: a b\n'],
    ['json', '{"name": "a b"}'],
  ] as const)('does not replace one that is written, in %s', (format, text) => {
    expect(codes(text, { format, name: 'ab' })).toStrictEqual(['string_pattern_mismatch name'])
  })

  it('is not given to what is no mapping', () => {
    expect(codes('text\n', { name: 'ab' })).toStrictEqual(['model_attributes_type'])
    expect(codes('[1]', { format: 'json', name: 'ab' })).toStrictEqual(['model_attributes_type 0'])
  })
})

describe('a rule across files', () => {
  const finding = { code: 'dangling-base-model', severity: 'warning', message: 'm', help: 'h' } as const
  const check = (text: string, name?: string) => {
    const entities: CheckedEntity[] = []
    const across: CheckAcross = (entity) => {
      entities.push(entity)
      return isRecord(entity.value) && 'base_model' in entity.value ? [{ ...finding, loc: ['base_model'] }] : []
    }
    const { diagnostics } = checkSource(text, { across, ...(name !== undefined && { name }) }).check
    const found = diagnostics.map(({ document, line, column, code, loc }) => {
      return `${document} ${line}:${column} ${code} ${loc.join('.')}`
    })
    return { found, entities: entities.map(({ value, isValid }) => [isValid, value]) }
  }

  it.each([
    ['values alone', 'name: ab\nbase_model: cd\n---\n- name: ef\n- name: gh\n  base_model: ij\n'],
    ['places', 'name: &n ab\nbase_model: &b cd\n---\n- name: &n ef\n- name: &m gh\n  base_model: &b ij\n'],
  ])('sees every entity, and its findings have their place, in documents that are checked by their %s', (_, text) => {
    const { found, entities } = check(text)
    const inFirst = text.includes('&') ? '2:16' : '2:13'
    const inSecond = text.includes('&') ? '6:18' : '6:15'
    expect(found).toStrictEqual([
      `0 ${inFirst} dangling-base-model base_model`,
      `1 ${inSecond} dangling-base-model 1.base_model`,
    ])
    expect(entities).toStrictEqual([
      [true, { name: 'ab', base_model: 'cd' }],
      [true, { name: 'ef' }],
      [true, { name: 'gh', base_model: 'ij' }],
    ])
  })

  it('sees the name that a caller gives, and whether the service accepts the entity', () => {
    expect(check('base_model: cd\n', 'ab').entities).toStrictEqual([[true, { name: 'ab', base_model: 'cd' }]])
    expect(check('name: 5\n').entities).toStrictEqual([[false, { name: 5 }]])
  })
})

describe('a rule of the caller', () => {
  it('points at the object that lacks a field: at its key, or at the object itself where it has none', () => {
    const rule: Rule = {
      ...{ code: 'required-field', severity: 'warning', description: 'd' },
      *check() {
        for (const loc of [['project'], ['prompt', 'system_prompt']]) {
          yield { loc, at: 'holder', message: 'm', help: 'h' }
        }
      },
    }
    const policy = { rules: [rule], severityOf: () => undefined }
    const found = (text: string) =>
      checkSource(text, { policy }).check.diagnostics.map(
        ({ line, column, endLine, endColumn, loc }) => `${line}:${column}-${endLine}:${endColumn} ${loc.join('.')}`,
      )
    expect(found('name: ab\nprompt:\n  icl_few_shot_examples: x\n')).toStrictEqual([
      '1:1-3:27 project',
      '2:1-2:7 prompt.system_prompt',
    ])
  })
})

it('a control character is told by its code', () => {
  const messages = (text: string) => checkManifest(text).diagnostics.map(({ message }) => message)
  expect(messages('name: "a\u001bb"\n')).toStrictEqual(['The control character U+001B is not allowed in YAML'])
})

describe('a key that is given twice', () => {
  it.each([
    [60, 'k'.repeat(60)],
    [61, `${'k'.repeat(60)}…`],
  ])('is shown up to 60 characters, of %i', (length, shown) => {
    const { diagnostics } = checkManifest(`${'k'.repeat(length)}: 1\n${'k'.repeat(length)}: 2\n`)
    expect(diagnostics.map(({ message }) => message)).toStrictEqual([`The key "${shown}" is given twice`])
  })
})

describe('the estimate of GPUs that a caller gives', () => {
  const SPEC = {
    ...{ checkpoint_model_name: 'm', family: 'f', num_layers: 2, hidden_size: 64, num_attention_heads: 4 },
    ...{ num_kv_heads: 4, ffn_hidden_size: 256, vocab_size: 1000, tied_embeddings: true, gated_mlp: false },
    ...{ base_num_parameters: 162_304, precision: 'bfloat16', minimum_gpus_all_weights: 1 },
  }
  const minimumGpus = () => ({ minimum_gpus_all_weights: 4 })

  it.each(['yaml', 'json'] as const)('is not made if the rule is off, in %s', (format) => {
    let made = 0
    const counting = () => {
      made += 1
      return minimumGpus()
    }
    const text = JSON.stringify({ name: 'ab', spec: SPEC })
    const policy = (severity: 'off' | 'info' | undefined) => ({ rules: [], severityOf: () => severity })
    const check = (severity: 'off' | 'info' | undefined) =>
      checkSource(text, { format, minimumGpus: counting, policy: policy(severity) }).check.diagnostics.map(
        (one) => one.severity,
      )
    expect([check('off'), made]).toStrictEqual([[], 0])
    expect(check('info')).toStrictEqual(['info'])
    expect(check(undefined)).toStrictEqual(['warning'])
    expect(made).toBeGreaterThan(0)
  })

  it.each(['yaml', 'json'] as const)('is used by the rule about GPUs, in %s', (format) => {
    const text = JSON.stringify({ name: 'ab', spec: SPEC })
    const without = codes(text, { format })
    const withEstimate = codes(text, { format, minimumGpus })
    expect(without).toStrictEqual([])
    expect(withEstimate).toStrictEqual(['minimum-gpus-too-low spec.minimum_gpus_all_weights'])
  })
})

describe('an alias', () => {
  it('repeats no error: a duplicate key is told where it is written', () => {
    const { diagnostics } = checkManifest('a: &x {k: 1, k: 2}\nb: *x\nc: [*x]\n')
    expect(diagnostics.map(({ code, line, column }) => [code, line, column])).toStrictEqual([['duplicate_key', 1, 14]])
  })

  it('keeps what it shares from being corrected, and says so nowhere else', () => {
    const text =
      'name: ab\ncustom_fields: &c {fileste: x}\nownership: *c\nprompt: &p {system_promt: x}\napi_endpoint: *p\n'
    expect(checkManifest(text).diagnostics.every(({ fix }) => fix === undefined)).toBe(true)
  })
})

describe('a reference with blanks around it', () => {
  const entity = (adapter: string) =>
    `id: i\nname: ab\nworkspace: w\ncreated_at: 2024-01-15T09:30:00Z\nupdated_at: 2024-01-15T09:30:00Z\nadapters:\n- ${adapter}\n`
  const adapter = (model: string) => `{name: a, workspace: w, fileset: w/f, finetuning_type: lora, model: ${model}}`

  it.each([
    ['" ab "', 'write "ab"'],
    ['"ab/cd "', 'write "ab/cd"'],
    ['" AB "', undefined],
    ['"AB"', undefined],
  ])('%s has the fix: %s', (model, title) => {
    const found = checkManifest(entity(adapter(model))).diagnostics.filter(({ code }) => code === 'value_error')
    expect(found.map(({ fix }) => fix?.title)).toStrictEqual([title])
  })
})

describe('the fix of a number', () => {
  it.each([
    ['yaml', '1.0e-7'],
    ['json', '1e-7'],
    ['jsonl', '1e-7'],
  ] as const)('is written as %s has it: %s', (format, written) => {
    const text = '{"name": "ab", "prompt": {"inference_params": {"temperature": "0.0000001"}}}'
    const found = checkManifest(text, { format }).diagnostics.find(({ code }) => code === 'coerced-value')
    expect(found?.fix?.title).toBe(`write ${written}`)
  })
})

describe('the rules that are not those of lint', () => {
  it('have a code, a severity and a sentence', () => {
    const own = ALL_RULES.filter(({ code }) => !RULES.some((rule) => rule.code === code))
    expect(own.map(({ code, severity, description }) => `${severity} ${code}: ${description}`)).toStrictEqual([
      'warning yaml-1.1-type: YAML 1.1, which the platform’s own command reads, gives a plain scalar another meaning.',
      'warning suppression-without-reason: A comment silences a rule and does not say why.',
      'warning unused-suppression: A comment silences nothing.',
      'error duplicate-entity: Two entities of one workspace have the same name.',
      'warning dangling-base-model: `base_model` names an entity that does not exist.',
      'warning dangling-adapter-model: The `model` of an adapter names an entity that does not exist.',
      'warning dangling-provider: An item of `model_providers` names an entity that does not exist.',
      'error base-model-cycle: Entities name each other as their base models, in a circle.',
      'warning required-field: A field that the config requires is not set.',
      'warning limit: A number is outside the limits of the config.',
      'warning name-convention: A name does not follow the convention of the config.',
      'warning allowed-families: A model is of a family that the config does not allow.',
      'warning allowed-hosts: An endpoint is on a host that the config does not allow.',
    ])
    expect([isRuleCode('limit'), isRuleCode('unknown-field'), isRuleCode('missing')]).toStrictEqual([true, true, false])
  })

  it.each([
    [
      'missing',
      '"missing" is an error of the service, not a rule: it cannot be turned off',
      'correct the file: the service refuses it',
    ],
    ['unknown-fields', 'There is no rule "unknown-fields"', 'did you mean "unknown-field"?'],
    ['x'.repeat(70), `There is no rule "${'x'.repeat(60)}"`, 'the rules are listed in docs/lint-rules.md'],
    ['toString', 'There is no rule "toString"', 'the rules are listed in docs/lint-rules.md'],
  ])('do not include %s', (code, message, help) => expect(unknownRule(code)).toStrictEqual({ message, help }))
})

describe('the words of YAML', () => {
  it.each(['true', 'True', 'FALSE', 'null', 'NULL', 'yes', 'Yes', 'no', 'ON', 'off'])('%s is one', (word) =>
    expect(isWord(word)).toBe(true),
  )
  it.each(['y', 'n', 'name', 'tru', 'trueish', 'nulls', 'yess', '', 'o'])('%j is none', (word) =>
    expect(isWord(word)).toBe(false),
  )
})

describe('the findings of a file', () => {
  const finding = (severity: Finding['severity'], start: number, code = 'c'): Finding => {
    return { document: 0, severity, code, loc: [], span: { start, end: start + 1 }, message: '', help: '' }
  }
  const kept = (findings: Findings) =>
    findings.inOrder().map(({ severity, span, code }) => `${severity[0]}${span.start}${code}`)

  it('are counted, and the worst and first ones kept, in the order of the text', () => {
    const findings = new Findings(4)
    for (const start of [9, 3, 5]) findings.add(finding('warning', start))
    for (const start of [8, 2]) findings.add(finding('error', start))
    findings.add(finding('info', 0))
    expect(findings.counts).toStrictEqual({ error: 2, warning: 3, info: 1 })
    expect(kept(findings)).toStrictEqual(['e2c', 'w3c', 'w5c', 'e8c'])
  })

  it('of one place are ordered by their codes', () => {
    const findings = new Findings(10)
    for (const code of ['b', 'c', 'a', 'a']) findings.add(finding('error', 1, code))
    expect(kept(findings)).toStrictEqual(['e1a', 'e1a', 'e1b', 'e1c'])
  })

  it('are the same few however many there are, in any order', () => {
    const findings = new Findings(3)
    for (let index = 0; index < 1000; index += 1) {
      findings.add(finding(index % 3 === 0 ? 'error' : index % 3 === 1 ? 'warning' : 'info', (index * 7919) % 1000))
    }
    expect(findings.counts).toStrictEqual({ error: 334, warning: 333, info: 333 })
    expect(kept(findings).map((one) => one[0])).toStrictEqual(['e', 'e', 'e'])
    const starts = Array.from({ length: 334 }, (_, index) => (3 * index * 7919) % 1000).sort((a, b) => a - b)
    expect(kept(findings)).toStrictEqual(starts.slice(0, 3).map((start) => `e${start}c`))
  })

  it('are none with a limit of none', () => {
    const findings = new Findings(0)
    findings.add(finding('error', 1))
    expect([kept(findings), findings.counts.error]).toStrictEqual([[], 1])
  })
})

describe('columns in bytes', () => {
  it('are those of UTF-8, forwards and backwards in a line', () => {
    const { source } = checkSource('aé日🦙z\nx\u0080\u07ff\u0800\n', {})
    const column = byteColumns(source)
    expect([1, 2, 3, 4, 6, 7].map((at) => column(1, at))).toStrictEqual([1, 2, 4, 7, 11, 12])
    expect([6, 3, 7, 1, 4].map((at) => column(1, at))).toStrictEqual([11, 4, 12, 1, 7])
    expect([5, 4, 3, 2].map((at) => column(2, at))).toStrictEqual([9, 6, 4, 2])
    expect(column(1, 7)).toBe(12)
  })

  it('are three for a character beside the halves of surrogate pairs, and two for a half alone', () => {
    const column = byteColumns(checkSource('\ud7ff\ue000\ud800x\n', {}).source)
    expect([1, 2, 3, 4].map((at) => column(1, at))).toStrictEqual([1, 4, 7, 9])
  })
})

describe('the entities of a manifest', () => {
  const list = (text: string, options: Partial<Parameters<typeof listEntities>[1]> = {}) => [
    ...listEntities(bytes(text), { file: 'm.yaml', ...options }),
  ]

  it('are listed as they are written, also wrong ones', () => {
    expect(list('name: 5\n---\n- name: ab\n- id: x\n  created_at: y\n')).toStrictEqual([
      { model: 'CreateModelEntityRequest', value: { name: 5 } },
      { model: 'CreateModelEntityRequest', value: { name: 'ab' } },
      { model: 'ModelEntity', value: { id: 'x', created_at: 'y' } },
    ])
    expect(list('rank: 1\n', { model: 'Lora' })).toStrictEqual([{ model: 'Lora', value: { rank: 1 } }])
  })

  it('are none of a document that cannot be read, nor of one that is no model where these are left out', () => {
    expect(list('a: 1\na: 2\n---\nname: ab\n---\nname: [\n')).toStrictEqual([
      { model: 'CreateModelEntityRequest', value: { name: 'ab' } },
    ])
    expect([...listEntities(new Uint8Array([0xff]), { file: 'm.yaml' })]).toStrictEqual([])
    expect(list('apiVersion: v1\nkind: Pod\nname: x\n', { skipsOthers: true })).toStrictEqual([])
    expect(list('apiVersion: v1\nkind: Pod\n')).toHaveLength(1)
  })
})

describe('the value of a manifest', () => {
  const read = (text: string | Uint8Array, file = 'm.yaml') =>
    readManifest(typeof text === 'string' ? bytes(text) : text, file)

  it.each([
    ['name: ab\n', { ok: true, value: { name: 'ab' } }],
    ['# nothing\n---\nname: ab\n', { ok: true, value: { name: 'ab' } }],
    ['# nothing\n', { ok: true, value: undefined }],
    ['a: 1\n---\nb: 2\n', { ok: false, why: 'it contains several documents' }],
    ['a: 1\n---\n# nothing\n', { ok: true, value: { a: 1 } }],
  ])('%j', (text, expected) => expect(read(text)).toStrictEqual(expected))

  it('is not read where the text is wrong, and the line is told', () => {
    expect(read(new Uint8Array([0x61, 0xff]))).toStrictEqual({ ok: false, why: 'it is not UTF-8' })
    expect(read('{"a": 1,\n"b" 2}', 'm.json')).toStrictEqual({ ok: false, why: "Expecting ':' delimiter, in line 2" })
  })
})

describe('directives', () => {
  const found = (text: string) =>
    [...repeatedDirectives(yamlTokens(text).tokens)].map(([index, { message, span }]) => [
      index,
      message,
      span.start,
      span.end,
    ])

  it('are an error if one document has them twice', () => {
    expect(found('%YAML 1.2\n%YAML 1.2\n---\na\n')).toStrictEqual([
      [0, 'The directive %YAML is given twice for one document', 10, 19],
    ])
    expect(found('%TAG ! a:\n%TAG !b! a:\n%TAG ! b:  \n---\na\n')).toStrictEqual([
      [0, 'The directive %TAG ! is given twice for one document', 22, 31],
    ])
    expect(found('%YAML 1.2\n---\na\n...\n%YAML 1.2\n---\nb\n')).toStrictEqual([])
    expect(found('%FOO a\n%FOO a\n---\na\n')).toStrictEqual([])
    expect(
      found('---\na\n...\n%YAML 1.2\n%YAML 1.2\n%YAML 1.2\n---\nb\n').map(([index, , start]) => [index, start]),
    ).toStrictEqual([[1, 20]])
  })

  it('with long handles are cut in the message', () => {
    const handle = `!${'h'.repeat(80)}!`
    expect(found(`%TAG ${handle} a:\n%TAG ${handle} b:\n---\na\n`)[0]?.[1]).toBe(
      `The directive %TAG !${'h'.repeat(54)} is given twice for one document`,
    )
  })
})
