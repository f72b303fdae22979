import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FAMILIES } from '../../src/architecture/families/index.js'
import { architectureFromConfig, linearLayers } from '../../src/architecture/index.js'
import { countLoraParameters, type LoraOptions } from '../../src/estimate/index.js'
import { type LoraOptionsRecord, readRecords } from '../architecture/records.js'
import { loraCases, loraOutcome, recordedOutcome } from '../oracle/checkpoint/compare.js'

const families = new Set(FAMILIES.flatMap((family) => family.modelTypes))
const records = ['public', 'varied', 'wholes', 'later-families']
  .flatMap((file) => readRecords(`${file}.jsonl.gz`))
  .filter(({ family, lora }) => lora && families.has(family))

describe('LoRA is counted as PEFT counts it', () => {
  it.each(records.map((record) => [record.name, record] as const))('%s', (_, { config, lora = {} }) => {
    const architecture = architectureFromConfig(config)
    for (const [options, outcome] of loraCases(lora)) {
      expect({ options, outcome: loraOutcome(architecture, options) }).toEqual({ options, outcome })
    }
  })
})

// Left out of the records: modules to save inside modules to save, of which PEFT trains some experts twice.
const optionRecords = readRecords<LoraOptionsRecord>('lora-options.jsonl.gz').filter(({ config }) =>
  families.has(String(config['model_type'])),
)

describe('Options mean what they mean in PEFT', () => {
  it.each(optionRecords.map((record) => [record.name, record] as const))('%s', (_, { config, cases }) => {
    const architecture = architectureFromConfig(config)
    for (const [options, outcome] of cases) {
      const expected = { options, outcome: recordedOutcome(outcome) }
      expect({ options, outcome: loraOutcome(architecture, options) }).toEqual(expected)
    }
  })
})

const llama = architectureFromConfig({ model_type: 'llama', num_hidden_layers: 4, tie_word_embeddings: true })
const spec = {
  ...{ checkpoint_model_name: 'a', family: 'llama', num_layers: 4, hidden_size: 4096, num_attention_heads: 32 },
  ...{ num_kv_heads: 32, ffn_hidden_size: 11008, vocab_size: 32000, tied_embeddings: true, gated_mlp: true },
  ...{ base_num_parameters: 1, precision: 'bfloat16' },
  linear_layers: [...linearLayers(llama)].map(({ name, inFeatures, outFeatures }) => ({
    name,
    in_features: inFeatures,
    out_features: outFeatures,
  })),
}

describe('LoRA on a ModelSpec', () => {
  it.each([
    {},
    { targetModules: 'all-linear' },
    { targetModules: ['q_proj'], layersToTransform: [1, 2], rankPattern: { 'layers\\.1\\..*': 2 } },
    { targetModules: '.*mlp\\..*_proj', excludeModules: ['up_proj'], useDora: true },
  ])('is counted from its linear layers as on the architecture: %j', (options) => {
    const { trainableParameters, modules } = countLoraParameters(spec, { rank: 8, ...options })
    expect({ trainableParameters, modules }).toEqual({
      trainableParameters: countLoraParameters(llama, { rank: 8, ...options }).trainableParameters,
      modules: countLoraParameters(llama, { rank: 8, ...options }).modules,
    })
  })

  it.each([{ bias: 'all' as const }, { bias: 'lora_only' as const }, { modulesToSave: ['embed_tokens'] }])(
    'refuses what it does not tell: %j',
    (options) => {
      expect(() => countLoraParameters(spec, { rank: 8, ...options })).toThrow(/needs an Architecture/)
    },
  )

  it('refuses a spec without linear layers', () => {
    expect(() => countLoraParameters({ ...spec, linear_layers: null }, { rank: 8 })).toThrow(/has no linear_layers/)
  })
})

describe('What cannot be counted is an error that says why', () => {
  it.each([
    [{ rank: 0 }, /`rank` should be an integer of at least 1, not 0/],
    [{ rank: 1.5 }, /`rank` should be an integer of at least 1, not 1.5/],
    [{ rank: 8, rankPattern: { q_proj: -1 } }, /`rankPattern\["q_proj"\]` should be an integer of at least 1, not -1/],
    [{ rank: 8, targetModules: ['q_prj'] }, /No module is called q_prj\. LoRA can adapt: q_proj/],
    [
      { rank: 8, targetModules: '(a)?(?(1)b|c)' },
      /conditional groups have no counterpart in JavaScript at character 4/,
    ],
    [
      { rank: 8, targetModules: '(' },
      /targetModules: missing \), unterminated subpattern at character 0 of the regular expression "\("/,
    ],
    [{ rank: 8, targetModules: ['self_attn'] }, /PEFT does not support LoRA on model\.layers\.0\.self_attn/],
    [{ rank: 8, targetModules: 'all-linear', layersToTransform: [1] }, /only with a list of targets/],
    [{ rank: 8, layersPattern: 'layers' }, /pass both/],
  ])('%j', (options, message) => {
    expect(() => countLoraParameters(llama, options)).toThrow(message)
  })

  it('a convolution, which PEFT adapts and no estimate knows, names the way out', () => {
    const vit = architectureFromConfig({ model_type: 'vit', num_hidden_layers: 1 })
    expect(() => countLoraParameters(vit, { rank: 8, targetModules: ['projection', 'query'] })).toThrow(
      /LoRA on convolutions is not estimated, such as on .*projection, a Conv2d: target linear layers/,
    )
  })

  it('a family without a default names the way out', () => {
    const olmo = architectureFromConfig({ model_type: 'olmo', num_hidden_layers: 1 })
    expect(() => countLoraParameters(olmo, { rank: 8 })).toThrow(/PEFT has no default targets for "olmo"/)
  })
})

describe('A Zamba2 whose layers share blocks', () => {
  const layers = ['mamba', 'mamba', 'mamba', 'mamba', 'hybrid', 'hybrid']
  const sizes = { hidden_size: 64, intermediate_size: 128, vocab_size: 100, num_attention_heads: 4, adapter_rank: 8 }
  const zamba = (more: object) =>
    architectureFromConfig({ model_type: 'zamba2', num_hidden_layers: 6, mamba_headdim: 16, ...sizes, ...more })
  const options = { rank: 8, targetModules: 'all-linear' }

  it('is refused where the embeddings are tied, as an architecture and as a ModelSpec', () => {
    const shared = zamba({ layers_block_type: layers })
    expect(() => countLoraParameters(shared, options)).toThrow(
      /PEFT does not support LoRA on a zamba2 with tied embeddings/,
    )
    const mamba = { is_hybrid: true, num_mamba_layers: 6, num_attention_layers: 2, state_size: 64, conv_kernel: 4 }
    const zambaSpec = { ...spec, family: 'zamba2', mamba_config: { ...mamba, num_mlp_layers: 2 } }
    expect(() => countLoraParameters(zambaSpec, options)).toThrow(/PEFT does not support LoRA on a zamba2/)
  })

  it.each([
    [
      { layers_block_type: layers, tie_word_embeddings: false },
      { trainableParameters: 50_304, modules: 24 },
    ],
    [{ layers_block_type: layers.with(4, 'mamba') }, { trainableParameters: 46_592, modules: 21 }],
    [{ layers_block_type: layers.map(() => 'mamba') }, { trainableParameters: 31_104, modules: 12 }],
  ])('is counted like any other where PEFT counts it: %j', (more, expected) => {
    expect(countLoraParameters(zamba(more), options)).toMatchObject(expected)
  })
})

describe('The count says what it is made of', () => {
  it('equal modules stand together under a folded name', () => {
    const { targets } = countLoraParameters(llama, { rank: 8, targetModules: ['q_proj'] })
    const name = 'model.layers.{0-3}.self_attn.q_proj'
    const sizes = { modules: 4, inFeatures: 4096, outFeatures: 4096, rank: 8 }
    expect(targets).toEqual([{ name, ...sizes, parameters: 4 * 8 * (4096 + 4096) }])
  })

  it('the parts add up to what is trained', () => {
    const options = { rank: 8, modulesToSave: ['lm_head'], bias: 'all' as const }
    const count = countLoraParameters(llama, options)
    const { adapterParameters, savedParameters, biasParameters, trainableParameters } = count
    expect(savedParameters).toBe(32000 * 4096)
    expect(adapterParameters + savedParameters + biasParameters).toBe(trainableParameters)
  })
})

/** Counts of PEFT 0.21 with `target_parameters`, on models whose experts are stacked (transformers 4.57). */
const STACKED = readFileSync(new URL('../fixtures/memory/target-parameters.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as { config: Record<string, unknown>; lora: LoraOptions; trainable: number })

describe('countLoraParameters of parameters that are no layers', () => {
  it.each(STACKED.map(({ config, lora, trainable }) => [config['model_type'], lora, { config, trainable }] as const))(
    'counts what PEFT trains of %s with %o',
    (_, lora, { config, trainable }) => {
      const model = architectureFromConfig(config)
      expect(countLoraParameters(model, lora).trainableParameters).toBe(trainable)
    },
  )

  it.each<[Partial<LoraOptions>, string]>([
    [{ targetParameters: ['experts.nothing'], targetModules: [] }, 'No parameter of'],
    [
      { targetParameters: ['input_layernorm.weight'], targetModules: [] },
      'only on parameters of two or three dimensions',
    ],
    [{ targetParameters: ['experts.down_proj'], useDora: true }, 'targetParameters excludes useDora'],
    [{ targetParameters: ['experts.down_proj'], loraDropout: 0.1 }, 'targetParameters excludes loraDropout'],
    [{ peftType: 'vera', rankPattern: { q_proj: 2 } }, 'rankPattern has no meaning with adapters of the type vera'],
    [{ peftType: 'adalora', useDora: true }, 'useDora has no meaning with adapters of the type adalora'],
    [
      { peftType: 'vera', targetModules: ['embed_tokens'] },
      'PEFT does not support vera on model.embed_tokens, an embedding',
    ],
    [{ alphaPattern: { '(': 2 } }, 'alphaPattern'],
  ])('refuses %o', (lora, message) => {
    const model = architectureFromConfig(STACKED[0]?.config ?? {})
    expect(() => countLoraParameters(model, { rank: 4, targetModules: 'all-linear', ...lora })).toThrow(message)
  })
})
