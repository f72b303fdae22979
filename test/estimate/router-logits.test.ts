import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, ForwardPassError, type MemoryOptions, planGpus } from '../../src/estimate/index.js'
import { memoryRecords } from './memory-records.js'

/**
 * Runs with `output_router_logits`: families of 4.57 with that version, others with 5.24. `attentionMask` gives the loss of routers a
 * mask of ones.
 */
const RECORDS = memoryRecords('router-logits.jsonl.gz').map((record) => [record.id, record] as const)

const QWEN3_MOE = {
  model_type: 'qwen3_moe',
  ...{ vocab_size: 40, hidden_size: 32, intermediate_size: 48, moe_intermediate_size: 16, num_hidden_layers: 2 },
  ...{ num_attention_heads: 2, num_key_value_heads: 1, head_dim: 16, num_experts: 16, num_experts_per_tok: 8 },
}
const LLAMA4 = {
  model_type: 'llama4_text',
  ...{ vocab_size: 40, hidden_size: 64, intermediate_size: 160, intermediate_size_mlp: 96, num_hidden_layers: 4 },
  ...{
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 16,
    num_local_experts: 4,
    interleave_moe_layer_step: 2,
  },
}

function estimate(fields: Readonly<Record<string, unknown>>, options: MemoryOptions) {
  return estimateMemory(architectureFromConfig({ ...QWEN3_MOE, ...fields }), {
    ...{ batchSize: 2, sequenceLength: 128, gradientCheckpointing: false },
    ...options,
  })
}

describe('The logits of routers', () => {
  it.each(RECORDS)('are kept, and their loss is computed, as torch does it: %s', (_id, { config, options, truth }) => {
    const { tensorBytes, parts, peakAt } = estimateMemory(architectureFromConfig(config), options)
    const { total, phase, op: _op, ...expected } = truth.peak
    const tolerance = total * 1e-5
    expect(Math.abs(tensorBytes - total)).toBeLessThanOrEqual(tolerance)
    for (const [part, bytes] of Object.entries(expected))
      expect(Math.abs(parts[part as keyof typeof parts] - bytes), part).toBeLessThanOrEqual(tolerance)
    expect(peakAt.phase).toBe(phase)
  })

  it('are asked for by an option as by the config, and can be left out', () => {
    const asked = estimate({ output_router_logits: true }, {}).tensorBytes
    const without = estimate({}, {}).tensorBytes
    expect(asked).toBeGreaterThan(without)
    expect(estimate({}, { outputRouterLogits: true }).tensorBytes).toBe(asked)
    expect(estimate({ output_router_logits: true }, { outputRouterLogits: false }).tensorBytes).toBe(without)
  })

  it('say whether their loss has a mask, or that there is no loss', () => {
    const said = (fields: Readonly<Record<string, unknown>>, options: MemoryOptions) =>
      estimate(fields, options).assumptions.filter((text) => /router|attentionMask/i.test(text))
    expect(said({}, { outputRouterLogits: true })).toEqual([expect.stringContaining('set `attentionMask`')])
    expect(said({}, { outputRouterLogits: true, attentionMask: true })).toEqual([
      'the loss of the routers is added, as `output_router_logits` asks for, with an attention mask',
    ])
    expect(said(LLAMA4, { outputRouterLogits: true })).toEqual([expect.stringContaining('adds no loss of them')])
    expect(said({}, { attentionMask: true })).toEqual([
      expect.stringContaining('`attentionMask` counts the mask alone'),
    ])
    expect(said({ model_type: 'llama' }, { outputRouterLogits: true })).toEqual([
      expect.stringContaining('`outputRouterLogits` has no effect'),
    ])
    expect(said({}, {})).toEqual([])
  })

  it('are refused in a layout, with a way out, and a plan has none then', () => {
    const model = architectureFromConfig(QWEN3_MOE)
    const options = { outputRouterLogits: true, sequenceLength: 64 } as const
    expect(() => estimateMemory(model, { ...options, layout: { pipeline: 2 } })).toThrow(ForwardPassError)
    expect(() => estimateMemory(model, { ...options, layout: { pipeline: 2 } })).toThrow(
      'set `outputRouterLogits` to false',
    )
    expect(planGpus(model, options).layout).toMatchObject({ tensor: 1, pipeline: 1, expert: 1 })
  })

  it('are asked for by TRL, unless the coefficient is 0, and collators give a mask', () => {
    const trl = (fields: Readonly<Record<string, unknown>>) =>
      estimate(fields, { preset: 'trl' }).assumptions.filter((text) => /outputRouterLogits|attentionMask/.test(text))
    expect(trl({})).toEqual([
      expect.stringMatching(/^preset trl: outputRouterLogits true .*sft_trainer/),
      expect.stringMatching(/^preset trl: attentionMask true /),
    ])
    expect(trl({ router_aux_loss_coef: 0 })).not.toContainEqual(expect.stringContaining('outputRouterLogits'))
    expect(trl({ model_type: 'llama' })).toEqual([])
  })

  it('are not read by frameworks with models of their own', () => {
    const sizes = [true, false].map(
      (asked) => estimate({ output_router_logits: asked }, { preset: 'torchtitan' }).tensorBytes,
    )
    expect(sizes[0]).toBe(sizes[1])
  })
})
