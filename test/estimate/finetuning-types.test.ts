import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { FINETUNING_TYPES } from '../../src/estimate/finetuning.js'
import { countTrainableParameters, estimateMemory, type MemoryOptions, planGpus } from '../../src/estimate/index.js'
import { memoryRecords } from './memory-records.js'

/** Runs of torch with PEFT, and with TRL's loss, recorded with `test/oracle/memory/finetuning.py`. */
// The second file has prefixes in the cache of 46 types, 14 of them with transformers 5.24: heads that share keys and values, and masks that the code makes itself (PEFT 0.21.2).
const RECORDS = ['finetuning.jsonl.gz', 'prefixes.jsonl.gz']
  .flatMap(memoryRecords)
  .map((record) => [record.id, record] as const)

const LLAMA = architectureFromConfig({
  model_type: 'llama',
  hidden_size: 256,
  intermediate_size: 512,
  num_hidden_layers: 8,
  num_attention_heads: 4,
  vocab_size: 2000,
})
const bytesOf = (options: MemoryOptions) => estimateMemory(LLAMA, { sequenceLength: 256, ...options }).tensorBytes

describe('estimateMemory of a fine-tuning type', () => {
  it.each(RECORDS)('agrees with torch on the peak of %s', (_, { config, options, truth }) => {
    const { tensorBytes } = estimateMemory(architectureFromConfig(config), options)
    // The order of AdaLoRA's sums in the recomputation of GPT-2 is not replayed.
    const tolerance = options.finetuningType === 'adalora' && config['model_type'] === 'gpt2' ? 0.01 : 1e-5
    expect(Math.abs(tensorBytes - truth.peak.total)).toBeLessThanOrEqual(truth.peak.total * tolerance)
  })

  it.each(RECORDS)('trains as many parameters as PEFT does in %s', (_, { config, options, truth }) => {
    const {
      finetuningType = 'all_weights',
      lora,
      numVirtualTokens,
      encoderHiddenSize,
      prefixProjection,
      layers,
    } = options
    const own = { lora, numVirtualTokens, encoderHiddenSize, prefixProjection, layers }
    const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined))
    const { trainableParameters } = countTrainableParameters(architectureFromConfig(config), {
      finetuningType,
      ...given,
    })
    expect(trainableParameters).toBe(truth.trainableCount)
  })

  it.each(FINETUNING_TYPES.map((type) => [type] as const))('is known: %s', (finetuningType) => {
    const needs: Partial<Record<string, MemoryOptions>> = {
      prompt_tuning: { numVirtualTokens: 8 },
      soft_prompt: { numVirtualTokens: 8 },
      prefix_tuning: { numVirtualTokens: 8 },
      p_tuning_v2: { numVirtualTokens: 8 },
      p_tuning: { numVirtualTokens: 8 },
      top_layers: { layers: 2 },
    }
    const options = { finetuningType, ...needs[finetuningType] }
    if (finetuningType === 'bias_only') {
      expect(() => estimateMemory(LLAMA, options)).toThrow('LlamaForCausalLM has nothing to train: it has no biases')
      return
    }
    const { tensorBytes, parts, assumptions } = estimateMemory(LLAMA, options)
    expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBe(tensorBytes)
    expect(assumptions.filter((text) => text.includes('no effect'))).toEqual([])
    expect(planGpus(LLAMA, options).gpus).toBe(1)
  })

  it('is that of the method behind it', () => {
    const lora = { rank: 8, targetModules: 'all-linear' } as const
    expect(bytesOf({ finetuningType: 'all_weights' })).toBe(bytesOf({ method: 'full' }))
    expect(bytesOf({ finetuningType: 'lora', lora })).toBe(bytesOf({ method: 'lora', lora }))
    expect(bytesOf({ finetuningType: 'lora_merged' })).toBe(bytesOf({ method: 'lora' }))
    expect(bytesOf({ finetuningType: 'qlora' })).toBe(bytesOf({ method: 'qlora' }))
    expect(bytesOf({ finetuningType: 'dora', lora })).toBe(
      bytesOf({ method: 'lora', lora: { ...lora, useDora: true } }),
    )
    expect(bytesOf({ finetuningType: 'top_layers', layers: 1 })).toBe(bytesOf({ finetuningType: 'last_layer' }))
  })

  it('holds a reference for all weights, and none beside adapters', () => {
    const lora = { rank: 8, targetModules: 'all-linear' } as const
    const weights = estimateMemory(LLAMA, { method: 'inference', precision: 'bfloat16' }).parts.parameters
    const held = (options: MemoryOptions) => estimateMemory(LLAMA, options).parts.parameters
    expect(held({ finetuningType: 'dpo' })).toBe(2 * weights)
    expect(held({ finetuningType: 'kto' })).toBe(2 * weights)
    expect(held({ finetuningType: 'orpo' })).toBe(weights)
    expect(held({ finetuningType: 'dpo', lora })).toBe(held({ method: 'lora', lora }))
    // Policy, reference, reward and value model: the last two have no output embedding.
    const head = 2 * 256 * 2000
    expect(held({ finetuningType: 'ppo' })).toBe(4 * weights - 2 * head + 2 * 2 * 256)
  })

  it('is for a pair of sequences where the method compares two', () => {
    const one = estimateMemory(LLAMA, { finetuningType: 'dpo', sequenceLength: 512, gradientCheckpointing: false })
    const two = estimateMemory(LLAMA, {
      finetuningType: 'dpo',
      sequenceLength: 512,
      gradientCheckpointing: false,
      batchSize: 2,
    })
    expect(one.assumptions).toContain('each of the 1 examples is 2 sequences: a chosen and a rejected one')
    expect(two.parts.activations).toBeGreaterThan(1.9 * one.parts.activations)
  })

  it.each<[MemoryOptions, string]>([
    [{ finetuningType: 'lora', method: 'lora' }, '`method` and `finetuningType` both say what is trained'],
    [{ numVirtualTokens: 4 }, '`numVirtualTokens` belongs to a fine-tuning type: pass `finetuningType` too'],
    [{ finetuningType: 'all_weights', layers: 2 }, '`layers` has no meaning with the fine-tuning type all_weights'],
    [{ finetuningType: 'last_layer', lora: { rank: 4 } }, '`lora` has no meaning with the fine-tuning type last_layer'],
    [{ finetuningType: 'prompt_tuning' }, '`numVirtualTokens` is missing: the fine-tuning type prompt_tuning needs it'],
    [{ finetuningType: 'top_layers' }, '`layers` is missing: the fine-tuning type top_layers needs it'],
    [{ finetuningType: 'top_layers', layers: 9 }, '`layers` is 9, but the model has 8 decoder layers'],
    [{ finetuningType: 'dpo', loss: 'fused' }, 'the fine-tuning type dpo has a loss of its own'],
    [
      { finetuningType: 'dpo', layout: { context: 2 } },
      '`layout.context` cannot be estimated with the fine-tuning type dpo',
    ],
    [
      { finetuningType: 'prefix_tuning', numVirtualTokens: 4, gradientCheckpointing: true },
      '`gradientCheckpointing` should be false with the fine-tuning type prefix_tuning',
    ],
    [{ finetuningType: 'dpo', quantization: 'nf4' }, '`quantization` is "nf4", but the fine-tuning type dpo'],
    [{ finetuningType: 'rlhf' as 'ppo' }, '`finetuningType` should be'],
  ])('refuses %o', (options, message) => {
    expect(() => estimateMemory(LLAMA, options)).toThrow(message)
  })

  it('shards the other models too', () => {
    const sharding = { strategy: 'fsdp2', ranks: 4 } as const
    const one = estimateMemory(LLAMA, { finetuningType: 'dpo', sequenceLength: 64 })
    const four = estimateMemory(LLAMA, { finetuningType: 'dpo', sequenceLength: 64, sharding })
    expect(four.tensorBytes).toBeLessThan(one.tensorBytes)
  })
})
