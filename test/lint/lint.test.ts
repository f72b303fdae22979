import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Finding, lint, RULES } from '../../src/lint/index.js'
import { lintValidated } from '../../src/lint/lint.js'
import { SCHEMA_NAMES } from '../../src/schemas/index.js'
import { validate } from '../../src/validation/index.js'
import pageExample from '../fixtures/example-response.json' with { type: 'json' }
import { ADAPTER, entity, inference, MAMBA, MOE, request, SPEC, spec } from './clean.js'

const places = (findings: readonly Finding[]) => findings.map(({ code, loc }) => `${code} ${loc.join('.')}`)

describe('lint', () => {
  it("tells four things of the page's own example", () => {
    expect(places(lint('ModelEntity', pageExample))).toEqual([
      'parameter-count-mismatch spec.base_num_parameters',
      'both-token-limits prompt.inference_params.max_tokens',
      'unknown-placeholder prompt.system_prompt_template',
      'inline-api-key api_endpoint.api_key',
    ])
  })

  it('tells of a document with errors its unknown fields alone', () => {
    const broken = request({ name: 'Bad Name', trust_remote_code: 'yes', spec: { num_layer: 1 }, fileste: 'a' })
    expect(places(lint('CreateModelEntityRequest', broken))).toEqual([
      'unknown-field fileste',
      'unknown-field spec.num_layer',
    ])
  })

  it.each([
    ['null', null],
    ['a list', [{}]],
    ['a text', 'x'],
    ['a number', 1n],
  ])('has nothing to say of %s', (_, value) => {
    for (const model of SCHEMA_NAMES) expect(lint(model, value)).toEqual([])
  })

  it('runs the rules that concern a part on that part alone', () => {
    expect(places(lint('ModelSpec', { ...SPEC, precision: 'half', moe_config: { ...MOE, num_experts: 1 } }))).toEqual([
      'experts-per-token-exceed-experts moe_config.num_experts_per_tok',
      'unknown-precision precision',
    ])
    expect(places(lint('Adapter', { ...ADAPTER, fileset: 'a/b/c', lora_config: null }))).toEqual([
      'invalid-reference fileset',
      'lora-without-config finetuning_type',
    ])
    expect(places(lint('MambaConfig', { ...MAMBA, is_hybrid: false }))).toEqual(['hybrid-flag-mismatch is_hybrid'])
    expect(places(lint('Lora', { rank: '0' }))).toEqual(['coerced-value rank', 'non-positive-dimension rank'])
  })

  it('tells of an object in several places once, if the caller remembers what was seen', () => {
    const adapter = { ...ADAPTER, x_y: 1 }
    const value = { ...entity(), adapters: [adapter, adapter] }
    const found = (options: Parameters<typeof lintValidated>[3]) =>
      places([...lintValidated('ModelEntity', value, validate('ModelEntity', value), options)]).filter((place) =>
        place.startsWith('unknown-field'),
      )
    expect(found({})).toEqual(['unknown-field adapters.0.x_y', 'unknown-field adapters.1.x_y'])
    const seen = new WeakMap()
    expect(found({ seen })).toEqual(['unknown-field adapters.0.x_y'])
    expect(found({ seen })).toEqual([])
  })

  it('refuses a name that is no definition', () => {
    const name: string = 'constructor'
    expect(() => Reflect.apply(lint, undefined, [name, {}])).toThrow(
      'unknown model "constructor"; expected one of MoEConfig',
    )
  })

  it('takes integers beyond 2^53 in free fields', () => {
    const value = request({ custom_fields: { big: 2n ** 80n } })
    expect(lint('CreateModelEntityRequest', value)).toEqual([])
  })

  it('reads every place of a list once, however long', () => {
    const count = 100_000
    let reads = 0
    const layer = (index: number) => ({
      get name() {
        reads += 1
        return `layer.${index}`
      },
      in_features: 8,
      out_features: 8,
    })
    lint('CreateModelEntityRequest', spec({ linear_layers: Array.from({ length: count }, (_, index) => layer(index)) }))
    expect(reads).toBeLessThan(20 * count)
  })

  it('is not stopped by a deep value, a long key or a long text', () => {
    let deep: unknown = 1
    for (let depth = 0; depth < 100_000; depth++) deep = [deep]
    expect(places(lint('CreateModelEntityRequest', request({ custom_fields: { deep } })))).not.toContain(
      'unknown-field custom_fields',
    )
    expect(lint('CreateModelEntityRequest', request({ unknown: deep }))[0]?.code).toBe('unknown-field')
    const long = 'a'.repeat(2_000_000)
    const [finding] = lint('CreateModelEntityRequest', request({ [long]: long }))
    expect(finding?.message.length).toBeLessThan(200)
    for (const finding of lint('CreateModelEntityRequest', request({ base_model: long, fileset: long }))) {
      expect(finding.message.length).toBeLessThan(300)
    }
  })
})

describe('the spelling of a number', () => {
  const spelled = (spelling: string) =>
    lint('CreateModelEntityRequest', spec(), {
      written: (loc) => (loc.join('.') === 'spec.num_layers' ? spelling : undefined),
    })

  it.each(['32.0', '3.2e1', '32E0', '32.'])(
    '%s tells that an integer was written with a fraction or an exponent',
    (spelling) => {
      expect(places(spelled(spelling))).toEqual(['coerced-value spec.num_layers'])
      expect(spelled(spelling)[0]).toMatchObject({ severity: 'info', help: 'write 32' })
    },
  )

  it.each(['32', '+32', '0x20', '0x1e', '0o40'])('%s tells nothing', (spelling) => {
    expect(spelled(spelling)).toEqual([])
  })

  it('is quoted where a value is converted', () => {
    const [finding] = lint('CreateModelEntityRequest', spec({ tied_embeddings: 1 }), { written: () => '0x1' })
    expect(finding?.message).toBe('expected a boolean, found the number 0x1; the service reads it as true')
  })

  it('is asked for integers only', () => {
    const value = inference({ temperature: 0.5, max_tokens: 8 })
    const asked: string[] = []
    lint('CreateModelEntityRequest', value, {
      written: (loc) => {
        asked.push(loc.join('.'))
        return '1.0'
      },
    })
    expect(asked).toEqual(['prompt.inference_params.max_tokens'])
  })
})

describe('the help for an unknown field', () => {
  it.each([
    ['hiden_size', 'did you mean "hidden_size"? it is given too: remove one of them'],
    ['hiddenSize', 'did you mean "hidden_size"? it is given too: remove one of them'],
    ['hidden-size', 'did you mean "hidden_size"? it is given too: remove one of them'],
    ['Precision', 'did you mean "precision"? it is given too: remove one of them'],
    ['num_experts', '"num_experts" is a field of spec.moe_config; move it there'],
    ['temperature', '"temperature" is a field of prompt.inference_params; move it there'],
    ['custom_fields', '"custom_fields" is a field of CreateModelEntityRequest; move it there'],
  ])('for %s says: %s', (field, help) => {
    expect(lint('CreateModelEntityRequest', spec({ [field]: 1 }))[0]?.help).toBe(help)
  })

  it('names the known fields where none is near', () => {
    expect(lint('Lora', { rank: 8, dropout: 0.1 })[0]?.help).toBe('remove it; the fields of Lora are alpha, rank')
    expect(lint('CreateModelEntityRequest', request({ zzzzzz: 1 }))[0]?.help).toContain('move it into "custom_fields"')
  })

  it('says to remove a field that the service sets itself', () => {
    expect(lint('CreateModelEntityRequest', request({ created_at: 1 }))[0]?.help).toContain('remove it')
  })
})

describe('a finding', () => {
  const field = fc.constantFrom(
    'name',
    'fileset',
    'base_model',
    'spec',
    'trust_remote_code',
    'adapters',
    'x',
    '__proto__',
  )
  const scalar = fc.oneof(fc.boolean(), fc.integer(), fc.string(), fc.constant(null))
  const value = fc.oneof(scalar, fc.constant(SPEC), fc.array(fc.constant(ADAPTER), { maxLength: 3 }))
  const documents = fc.dictionary(field, value).map((fields) => entity(fields))

  it('never changes a verdict, nor the value', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const before = structuredClone(document)
        const verdict = validate('ModelEntity', document)
        lint('ModelEntity', document)
        expect(document).toEqual(before)
        expect(validate('ModelEntity', document)).toEqual(verdict)
      }),
    )
  })

  it('comes in the order of the rules, the same each time', () => {
    const order = RULES.map(({ code }) => code)
    fc.assert(
      fc.property(documents, (document) => {
        const findings = lint('ModelEntity', document)
        const ranks = findings.map(({ code }) => order.indexOf(code))
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
        expect(lint('ModelEntity', document)).toEqual(findings)
      }),
    )
  })

  it('has a place that is in the document', () => {
    fc.assert(
      fc.property(documents, (document) => {
        for (const { loc } of lint('ModelEntity', document)) {
          let at: unknown = document
          for (const key of loc) {
            expect(typeof at === 'object' && at !== null && Object.hasOwn(at, key)).toBe(true)
            at = Reflect.get(Object(at), key)
          }
        }
      }),
    )
  })
})
