import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig, parameters, totalParameters } from '../../src/architecture/index.js'
import { countLoraParameters, countTrainableParameters, type TrainableOptions } from '../../src/estimate/index.js'
import { FinetuningType } from '../../src/schemas/index.js'

/** What PEFT trains, recorded with `test/oracle/memory/trainable.py`. */
interface Recorded {
  readonly config: Readonly<Record<string, unknown>>
  readonly options: TrainableOptions
  readonly trainable: number
}

const RECORDS: readonly Recorded[] = readFileSync(
  new URL('../fixtures/memory/trainable.jsonl', import.meta.url),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))

const model = architectureFromConfig({
  model_type: 'qwen2',
  ...{ hidden_size: 64, intermediate_size: 128, num_hidden_layers: 4, num_attention_heads: 4, vocab_size: 300 },
})
const count = (options: TrainableOptions) => countTrainableParameters(model, options)
const sizeOf = (isCounted: (name: string) => boolean) =>
  [...parameters(model)]
    .filter(({ name }) => isCounted(name))
    .reduce((all, { shape }) => all + shape.reduce((a, b) => a * b, 1), 0)

describe('countTrainableParameters', () => {
  it.each(RECORDS.map((record) => [record.config['model_type'], record.options, record] as const))(
    'counts what PEFT trains of %s: %j',
    (_, __, { config, options, trainable }) => {
      expect(countTrainableParameters(architectureFromConfig(config), options).trainableParameters).toBe(trainable)
    },
  )

  it('knows every type of the API page', () => {
    for (const finetuningType of FinetuningType.enum as readonly TrainableOptions['finetuningType'][]) {
      const needs = /prompt|prefix|p_tuning/.test(finetuningType) ? { numVirtualTokens: 8 } : {}
      const options = { finetuningType, ...needs, ...(finetuningType === 'top_layers' && { layers: 2 }) }
      expect(count(options).trainableParameters, finetuningType).toBeGreaterThan(0)
    }
  })

  it('counts layers, biases and attention by their names', () => {
    expect(count({ finetuningType: 'last_layer' }).trainableParameters).toBe(
      sizeOf((name) => name.startsWith('model.layers.3.')),
    )
    expect(count({ finetuningType: 'top_layers', layers: 2 }).trainableParameters).toBe(
      sizeOf((name) => /^model\.layers\.[23]\./.test(name)),
    )
    expect(count({ finetuningType: 'bias_only' }).trainableParameters).toBe(sizeOf((name) => name.endsWith('.bias')))
    expect(count({ finetuningType: 'attention_only' }).trainableParameters).toBe(
      sizeOf((name) => name.includes('.self_attn.')),
    )
    expect(count({ finetuningType: 'gradual_unfreezing' }).trainableParameters).toBe(totalParameters(model))
  })

  it('counts the norms of queries and keys among attention', () => {
    const sizes = {
      hidden_size: 64,
      num_hidden_layers: 2,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      head_dim: 16,
    }
    const [plain, normed] = ['llama', 'qwen3'].map((model_type) => {
      const architecture = architectureFromConfig({ model_type, ...sizes })
      return countTrainableParameters(architecture, { finetuningType: 'attention_only' }).trainableParameters
    })
    expect(Number(normed) - Number(plain)).toBe(2 * 2 * 16)
  })

  it('holds a reference for preferences, unless adapters can be switched off instead', () => {
    const lora = { rank: 8, targetModules: 'all-linear' }
    expect(count({ finetuningType: 'dpo' })).toMatchObject({
      trainableParameters: totalParameters(model),
      heldModels: ['reference'],
    })
    expect(count({ finetuningType: 'dpo', lora })).toMatchObject({
      trainableParameters: countLoraParameters(model, lora).trainableParameters,
      heldModels: [],
    })
    expect(count({ finetuningType: 'orpo' }).heldModels).toEqual([])
    expect(count({ finetuningType: 'ppo' }).heldModels).toEqual(['reference', 'reward'])
    expect(count({ finetuningType: 'ppo', lora }).heldModels).toEqual(['reward'])
  })

  it.each([
    [{ finetuningType: 'prompt_tuning' }, '`numVirtualTokens` is missing'],
    [{ finetuningType: 'top_layers' }, '`layers` is missing'],
    [{ finetuningType: 'top_layers', layers: 9 }, 'has 4 decoder layers'],
    [{ finetuningType: 'all_weights', lora: { rank: 8 } }, '`lora` has no meaning'],
    [
      { finetuningType: 'prompt_tuning', numVirtualTokens: 8, prefixProjection: true },
      '`prefixProjection` has no meaning',
    ],
  ] as const)('refuses %j', (options, message) => {
    expect(() => count(options)).toThrow(message)
  })
})
