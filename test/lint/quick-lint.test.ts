import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mayHoldVendorToken, vendorTokensIn } from '../../src/display/index.js'
import { lint, RULES } from '../../src/lint/index.js'
import { isUnremarkable, rulesToAsk } from '../../src/lint/quick-lint.js'
import { LETS_PASS, RULE_FIELDS } from '../../src/lint/rule-fields.js'
import type { SchemaName } from '../../src/schemas/index.js'
import { fastPathOfName } from '../../src/validation/fast-path/fast-path.js'
import { runs, SHARE } from '../share.js'
import { ADAPTER, entity, MAMBA, MOE, request, SPEC, inference as withParameters, spec as withSpec } from './clean.js'

const TOKEN = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'
const ALL = { rules: [], isOff: () => false }

/** Whether a value is quickly said to be unremarkable. If it is, no rule may find anything. */
function unremarkable(model: SchemaName, value: unknown): boolean {
  if (fastPathOfName(model)?.accepts(value) !== true) return false
  const said = isUnremarkable(model, value, { ...ALL, minimumGpus: () => ({}) })
  if (said) expect(lint(model, value), JSON.stringify(value)).toEqual([])
  return said
}

const number = fc.constantFrom(-1, 0, 1, 2, 8, 32, 64, 4096, 8030261248)
const text = fc.constantFrom(
  '',
  'a',
  'ab',
  'Bad Name',
  'team/llama',
  ' team/llama',
  '{{ x }}',
  '{{ icl_few_shot_examples }}',
  'lora',
  'hf_16C7e42F292c6912E7710c838347Ae178B4a',
  'https://h.example.com/',
  'http://h.example.com/',
  '2024-01-15T09:30:00Z',
  '2023-01-15T09:30:00Z',
  '{% for',
)
const anything = fc.oneof(number, text, fc.boolean(), fc.constant(null), fc.constant([]), fc.constant({}))

/** Changes some fields of an object. Most results are still valid. */
function spoilt(
  fields: Record<string, unknown>,
  more: Record<string, fc.Arbitrary<unknown>> = {},
): fc.Arbitrary<Record<string, unknown>> {
  const changed = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      fc.oneof(
        { weight: 60, arbitrary: fc.constant(value) },
        {
          weight: 1,
          arbitrary:
            typeof value === 'number'
              ? number
              : typeof value === 'boolean'
                ? fc.boolean()
                : typeof value === 'string'
                  ? text
                  : anything,
        },
      ),
    ]),
  )
  const few = fc.subarray(Object.keys(more), { maxLength: Math.min(2, Object.keys(more).length) })
  return few.chain((keys) =>
    fc.record({ ...changed, ...Object.fromEntries(keys.map((key) => [key, more[key] ?? anything])) }),
  )
}

const moe = spoilt(MOE)
const mamba = spoilt(MAMBA)
const spec = spoilt(SPEC, {
  moe_config: moe,
  mamba_config: mamba,
  sliding_window_config: fc.record({ window_size: number }),
  linear_layers: fc.array(fc.record({ name: text, in_features: number, out_features: number }), { maxLength: 3 }),
  ...{ is_chat: fc.boolean(), is_embedding_model: fc.boolean(), chat_template: text },
  ...{ minimum_gpus_all_weights: number, minimum_gpus_lora: number, lora_rank: number },
})
const shared = {
  spec,
  ...{
    base_model: text,
    trust_remote_code: fc.boolean(),
    finetuning_type: fc.constantFrom('lora', 'dpo'),
    description: text,
  },
  custom_fields: fc.dictionary(text, anything, { maxKeys: 2 }),
  prompt: fc.record(
    {
      system_prompt_template: text,
      icl_few_shot_examples: text,
      inference_params: fc.record(
        { temperature: number, max_tokens: number, max_completion_tokens: number },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  ),
  api_endpoint: fc.record({ url: text, api_key: text }, { requiredKeys: ['url'] }),
  model_providers: fc.array(text, { maxLength: 2 }),
}

describe('the quick lint', () => {
  it('says of no value that it is unremarkable in which a rule finds something', () => {
    const counts = { yes: 0, all: 0 }
    const adapters = fc.array(spoilt({ ...ADAPTER }, { model: text }), { maxLength: 2 })
    const cases = fc.oneof(
      spoilt(request(), shared).map((value) => ['CreateModelEntityRequest', value] as const),
      spoilt(entity(), { ...shared, adapters }).map((value) => ['ModelEntity', value] as const),
      spec.map((value) => ['ModelSpec', value] as const),
    )
    fc.assert(
      fc.property(cases, ([model, value]) => {
        counts.all += 1
        if (unremarkable(model, value)) counts.yes += 1
      }),
      runs(3000),
    )
    expect(counts.yes).toBeGreaterThan(100)
  })

  it('has a bit for every rule: two words of 32', () => {
    expect(RULES.length).toBeLessThanOrEqual(64)
  })

  it('lets no reference and no name pass that a rule reports', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'ab-/.@+_ A0é'), maxLength: 6 })
    const long = fc.tuple(letters, fc.integer({ min: 28, max: 66 })).map(([end, length]) => 'a'.repeat(length) + end)
    const reference = fc.oneof(
      letters,
      long,
      fc.tuple(long, long).map(([one, other]) => `${one}/${other}`),
    )
    const counts = { yes: 0, no: 0 }
    fc.assert(
      fc.property(
        fc.constantFrom('name', 'fileset', 'base_model', 'model_providers'),
        reference,
        fc.boolean(),
        (field, written, isEntity) => {
          const fields = { [field]: field === 'model_providers' ? [written] : written }
          const said = isEntity
            ? unremarkable('ModelEntity', entity(fields))
            : unremarkable('CreateModelEntityRequest', request(fields))
          counts[said ? 'yes' : 'no'] += 1
        },
      ),
      runs(2000),
    )
    expect(Math.min(counts.yes, counts.no)).toBeGreaterThan(100 * SHARE)
  })

  it('takes what the tests of rules call clean', () => {
    expect(unremarkable('CreateModelEntityRequest', request())).toBe(true)
    expect(unremarkable('ModelEntity', entity({ adapters: [ADAPTER], spec: { ...SPEC, moe_config: MOE } }))).toBe(false)
    expect(unremarkable('ModelEntity', entity({ adapters: [ADAPTER], spec: SPEC }))).toBe(true)
  })

  it.each(['minimum_gpus_all_weights', 'minimum_gpus_lora'])('looks at %s alone', (field) => {
    const estimate = { ...ALL, minimumGpus: () => ({ [field]: 8 }) }
    const value = (count: number) => request({ spec: { ...SPEC, [field]: count } })
    expect(isUnremarkable('CreateModelEntityRequest', value(1), estimate)).toBe(false)
    expect(isUnremarkable('CreateModelEntityRequest', value(8), estimate)).toBe(true)
  })

  it('leaves a minimum of GPUs to the estimate', () => {
    const value = request({ spec: { ...SPEC, minimum_gpus_lora: 8 } })
    expect(isUnremarkable('CreateModelEntityRequest', value, ALL)).toBe(false)
    expect(isUnremarkable('CreateModelEntityRequest', value, { ...ALL, minimumGpus: () => ({}) })).toBe(true)
    // Other rules need no estimate.
    const rest = request({ spec: { ...SPEC, mamba_config: MAMBA, moe_config: MOE } })
    expect(isUnremarkable('CreateModelEntityRequest', rest, ALL)).toBe(
      lint('CreateModelEntityRequest', rest).length === 0,
    )
    expect(isUnremarkable('CreateModelEntityRequest', request({ spec: SPEC }), ALL)).toBe(true)
  })

  it('knows the fields of every rule but those that look everywhere', () => {
    const without = RULES.map(({ code }) => code).filter((code) => !Object.hasOwn(RULE_FIELDS, code))
    expect(without).toEqual(['unknown-field', 'coerced-value', 'inline-secret'])
    expect(Object.keys(RULE_FIELDS).every((code) => RULES.some((rule) => rule.code === code))).toBe(true)
    expect(Object.keys(LETS_PASS).every((code) => Object.hasOwn(RULE_FIELDS, code))).toBe(true)
  })

  /** The rules that may find something in a request. Undefined if all of them may. */
  const asked = (value: unknown): string[] | undefined => {
    const isAsked = rulesToAsk('CreateModelEntityRequest', value)
    return isAsked && RULES.flatMap(({ code }, index) => (isAsked(index) ? [code] : []))
  }

  // A rule that is asked for nothing finds nothing: so only here it shows when too many are.
  it.each([
    ['nothing but its name', request(), []],
    ['a clean specification', withSpec(), []],
    ['a reference that is none', request({ fileset: 'a/b/c' }), ['invalid-reference']],
    ['a name in capitals', request({ name: 'Llama' }), ['name-not-accepted', 'unreachable-name']],
    ['a name with a slash', request({ fileset: 'ab/cd', name: 'ab.cd' }), []],
    ['a dimension of 0', withSpec({ context_size: 0 }), ['non-positive-dimension']],
    ['heads that do not divide', withSpec({ num_kv_heads: 5 }), ['heads-not-divisible']],
    ['a size that heads do not divide', withSpec({ num_attention_heads: 24 }), ['hidden-size-not-divisible']],
    ['a count that does not fit', withSpec({ base_num_parameters: 1 }), ['parameter-count-mismatch']],
    ['a precision that nobody knows', withSpec({ precision: 'half' }), ['unknown-precision']],
    ['a base model', request({ base_model: 'team/llama' }), ['own-base-model']],
    ['a window', withSpec({ sliding_window_config: { window_size: 4096 } }), ['window-exceeds-context']],
    ['trust', request({ trust_remote_code: false }), ['trust-remote-code']],
    ['free data, which the rule itself goes through', request({ custom_fields: {} }), ['inline-secret']],
    ['parameters of its own', withParameters({ seed: 1, note: 'x', none: null }), []],
    ['a token among its own parameters', withParameters({ note: TOKEN }), ['inline-secret']],
    ['a token as the name of a parameter', withParameters({ [TOKEN]: 1 }), ['inline-secret']],
    ['data in a parameter of its own', withParameters({ note: {} }), ['inline-secret']],
    ['a token as a description', request({ description: TOKEN }), ['inline-secret']],
    ['a field that is unknown', request({ fields: 1 }), undefined],
    ['a number as text', withSpec({ num_layers: '32' }), undefined],
    ['a list in place of an object', request({ spec: [] }), undefined],
    [
      'nothing where something may be',
      request({ spec: null, base_model: null, model_providers: undefined, trust_remote_code: null }),
      [],
    ],
  ])('asks only the rules about the fields that are set: %s', (_, value, codes) => {
    expect(asked(value)).toStrictEqual(codes)
  })

  it('knows that free data may be of any type', () => {
    const error = { loc: ['a'], msg: 'm', type: 't' }
    for (const input of ['x', 5, true, null, [], {}]) {
      expect(rulesToAsk('ValidationError', { ...error, input }), JSON.stringify(input)).toBeTypeOf('function')
    }
    expect(rulesToAsk('ValidationError', { ...error, msg: 5 })).toBeUndefined()
  })

  it.each([
    'sk-ant-api03-Zm9vYmFyYmF6cXV4cXV1eA',
    `sk-or-v1-${'0123456789abcdef'.repeat(4)}`,
    'sk-proj-Zm9vYmFyYmF6cXV4cXV1eA',
    'hf_16C7e42F292c6912E7710c838347Ae178B',
    'api_org_16C7e42F292c6912E7710c838347Ae178B',
    'nvapi-16C7e42F292c6912E7710c',
    'gsk_16C7e42F292c6912E7710c838347Ae178B4a',
    'r8_16C7e42F292c6912E7710c838347Ae178B4a',
    'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    'github_pat_16C7e42F292c6912E7710c838347Ae',
    'glpat-16C7e42F292c6912E771',
    'AKIA16C7E42F292C6912',
    'xoxb-16C7e42F292c',
    'sk_live_16C7e42F292c6912',
    'npm_16C7e42F292c6912E7710c838347Ae178B4a',
    'dckr_pat_16C7e42F292c6912E7710c',
    `dop_v1_${'0123456789abcdef'.repeat(4)}`,
    'hvs.16C7e42F292c6912E7710c838',
    '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',
    'glc_16C7e42F292c6912E7710c838347Ae178B4a',
    'glsa_16C7e42F292c6912E7710c838347Ae178B4a',
  ])('searches for %s', (token) => {
    expect(mayHoldVendorToken(`x: ${token}`)).toBe(true)
    expect(vendorTokensIn(`x: ${token}`)).toHaveLength(1)
  })
})
