import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { checkMemoryOptions } from '../../src/estimate/checked-memory-options.js'
import { estimateMemory, type MemoryOptions, planGpus } from '../../src/estimate/index.js'
import {
  pipelineMemory,
  pipelineMemoryBelow,
  pipelineOf,
  pipelineStages,
} from '../../src/estimate/shard/pipeline-memory.js'
import { some } from '../share.js'
import { memoryRecords } from './memory-records.js'

const RECORDS = [
  'layouts.jsonl.gz',
  'layout-steps.jsonl.gz',
  'layout-families.jsonl.gz',
  'layout-mixtures.jsonl.gz',
  'layout-further.jsonl.gz',
  'layout-descent.jsonl.gz',
  'layout-ministral3.jsonl.gz',
  'layout-sharding.jsonl.gz',
  'pipelines.jsonl.gz',
  'pipeline-sharding.jsonl.gz',
  'pipelines-mixed.jsonl.gz',
  'pipeline-heads.jsonl.gz',
  'pipeline-packed.jsonl.gz',
  'tensor-heads.jsonl.gz',
  'pipeline-ddp.jsonl.gz',
  'layout-parts.jsonl.gz',
  'pipeline-parts.jsonl.gz',
  'layout-ddp.jsonl.gz',
  'layout-experts.jsonl.gz',
  'layout-dispatch.jsonl.gz',
  'layout-batches.jsonl.gz',
  'layout-sequences.jsonl.gz',
  'preferred-layouts.jsonl.gz',
  'layout-labels.jsonl.gz',
]
  .flatMap(memoryRecords)
  .map((record) => [record.id, record] as const)

type LayoutRecord = (typeof RECORDS)[number][1]

const optionsOf = ({ options }: LayoutRecord): MemoryOptions => {
  const { stage: _, ...own } = options as MemoryOptions & { readonly stage?: number }
  return own
}

/** The estimate of the recorded stage; without a pipeline, of the rank. */
function estimateOf(record: LayoutRecord) {
  const model = architectureFromConfig(record.config)
  const given = optionsOf(record)
  const { pipeline = 1, tensor = 1 } = given.layout ?? {}
  if (pipeline === 1) return estimateMemory(model, given)
  const checked = checkMemoryOptions(given)
  const { first, last } = pipelineStages(pipelineOf(model, checked, { data: checked.sharding.ranks, tensor, pipeline }))
  return (record.options as { readonly stage?: number }).stage === 0 ? first : last
}

/** transformers 5 keeps the frequencies of rotation twice, 64 bytes for each kind of layer, and scalars are not counted. */
const FEW_BYTES = 144

const errorOf = (record: LayoutRecord) => Math.abs(estimateOf(record).tensorBytes / record.truth.peak.total - 1)

const PIPELINES = RECORDS.filter(([, { options }]) => (options.layout?.pipeline ?? 1) > 1)

it.each(some(PIPELINES))('A pipeline below a limit has the same memory, and none at the limit: %s', (_, record) => {
  const architecture = architectureFromConfig(record.config)
  const checked = checkMemoryOptions(optionsOf(record))
  const { tensor, pipeline } = checked.layout
  const degrees = { data: checked.sharding.ranks, tensor, pipeline }
  const whole = pipelineMemory({ architecture }, checked, degrees)
  expect(pipelineMemoryBelow(whole.totalBytes + 1, { architecture }, checked, degrees)).toEqual(whole)
  expect(pipelineMemoryBelow(whole.totalBytes, { architecture }, checked, degrees)).toBeUndefined()
})

describe('a rank of a layout', () => {
  // About a hundred bytes of scalars, which the replay does not count, are more than 0.001 % of these small models.
  it.each(some(RECORDS))('agrees with torch: %s', (_, record) => {
    expect(errorOf(record)).toBeLessThan(Math.max(0.00003, (FEW_BYTES + 1) / record.truth.peak.total))
  })

  it.each(memoryRecords('layout-sequences.jsonl.gz').map((record) => [record.id, record] as const))(
    'is replayed with shares of sequences: %s',
    (_, record) => {
      expect(estimateOf(record).confidence).toMatchObject({ parameters: 'replayed', activations: 'replayed' })
    },
  )
})

const SIZES = {
  vocab_size: 512,
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 4,
  num_attention_heads: 8,
  num_key_value_heads: 4,
}
const SEQUENCES = { tensor: 2, sequenceParallel: true }
const llama = architectureFromConfig({ model_type: 'llama', ...SIZES })
const estimate = (options: MemoryOptions, model = llama) => estimateMemory(model, { sequenceLength: 64, ...options })

describe('adapters of a stage', () => {
  it.each<[MemoryOptions['lora']]>([
    [{ rank: 8, targetModules: ['embed_tokens', 'q_proj'] }],
    [{ rank: 8, targetModules: ['q_proj'], layersToTransform: [0, 1], modulesToSave: ['lm_head'] }],
    [{ rank: 8, targetModules: ['q_proj'], layersToTransform: [2, 3], modulesToSave: ['embed_tokens'] }],
  ])('are those that the whole model has there: %j', (lora) => {
    const untied = architectureFromConfig({ model_type: 'llama', ...SIZES, tie_word_embeddings: false })
    expect(
      estimate({ method: 'lora', ...(lora && { lora }), layout: { pipeline: 2 } }, untied).tensorBytes,
    ).toBeGreaterThan(0)
  })
})

describe('what a layout cannot be', () => {
  it.each([
    [{ layout: { tensor: 8 } }, 'which does not divide 4 heads of keys and values'],
    [{ layout: { tensor: 2 }, method: 'qlora' }, 'weights in nf4-double: take weights in 16 bits'],
    [{ layout: { tensor: 2 }, kernels: 'liger' }, "the kernels of liger: pass `kernels: 'torch'`"],
    [
      { layout: { tensor: 2 }, loss: 'fused-linear' },
      'which reads the stored weight of the head: Liger 0.8.5 stops there ("aten.mm.out got mixed torch.Tensor and DTensor")',
    ],
    [{ layout: { tensor: 2 }, method: 'lora', lora: { rank: 8, useDora: true } }, 'useDora of adapters: leave it out'],
    [{ layout: { tensor: 2 }, sharding: { strategy: 'fsdp1', ranks: 2 } }, 'fsdp1: use fsdp2 or hsdp'],
    [
      { layout: { pipeline: 2 }, sharding: { strategy: 'zero-3', ranks: 2 } },
      'zero-3, which is incompatible with pipelines in DeepSpeed 0.19.8',
    ],
    [{ layout: { tensor: 2 }, sharding: { strategy: 'ddp', ranks: 2 } }, 'ddp, which accelerate 1.15.0 refuses'],
    [{ layout: { pipeline: 2 }, sharding: { strategy: 'zero-1', ranks: 2 } }, 'needs the pipelines of DeepSpeed'],
    [{ layout: { pipeline: 2 }, sharding: { strategy: 'fsdp1', ranks: 2 } }, "of which torch's pipelines know nothing"],
    [
      { layout: { pipeline: 2 }, sharding: { strategy: 'fsdp2', ranks: 2, syncEachBatch: true } },
      'reduce gradients after the last micro-batch alone: leave it out',
    ],
    [{ layout: { context: 2 }, sharding: { strategy: 'zero-1', ranks: 2 } }, 'not with zero-1: use fsdp2'],
    [{ layout: { sequenceParallel: true, context: 2 } }, 'needs tensor-parallel ranks: pass `layout.tensor`'],
    [{ layout: { sequenceParallel: true, tensor: 2, pipeline: 2 } }, 'together with `pipeline`'],
    [{ layout: { tensor: 2 }, lossLogits: 'float32-gathered' }, 'no ranks share the vocabulary: pass `layout'],
    [{ layout: SEQUENCES, lossLogits: 'model' }, "`lossLogits` model: pass 'float32' or 'float32-gathered'"],
    [{ layout: SEQUENCES, loss: 'fused' }, "the loss fused: pass `loss: 'logits'`"],
    [{ layout: SEQUENCES, method: 'lora', adapterDtype: 'float32' }, 'adapters in float32, at which the product'],
    [{ layout: SEQUENCES, method: 'lora', lora: { rank: 7 } }, 'adapters of rank 7 on 2 ranks: take a multiple of 2'],
    [{ layout: SEQUENCES, method: 'lora', lora: { rank: 8, useDora: true } }, 'useDora of adapters: leave it out'],
    [
      { layout: SEQUENCES, method: 'lora', lora: { rank: 8, loraDropout: 0.1 } },
      'loraDropout of adapters: set it to 0',
    ],
    [
      { layout: SEQUENCES, method: 'lora', lora: { rank: 8, targetModules: ['lm_head'] } },
      'adapters on lm_head: leave it out of `targetModules`',
    ],
    [{ layout: { pipeline: 2 }, finetuningType: 'last_layer' }, 'stage 0 (counted from 0) trains nothing'],
    [
      {
        layout: { pipeline: 4 },
        method: 'lora',
        lora: { rank: 8, targetModules: ['q_proj'], layersToTransform: [0, 3] },
      },
      'stage 1 (counted from 0) trains nothing',
    ],
    [{ layout: SEQUENCES, finetuningType: 'attention_only' }, 'use `tensor`, `context` or `sharding`'],
    [
      { layout: { context: 2 }, finetuningType: 'dpo' },
      '`layout.context` cannot be estimated with the fine-tuning type dpo, at which TRL 1.16 stops',
    ],
    [{ layout: { pipeline: 2 }, finetuningType: 'orpo' }, 'trains in a pipeline: use `tensor` or `sharding`'],
    [
      { layout: SEQUENCES, finetuningType: 'kto' },
      '`layout.sequenceParallel` cannot be estimated with the fine-tuning',
    ],
    [{ layout: { tensor: 2 }, finetuningType: 'ppo' }, 'whose other models on ranks of a layout were not recorded'],
    [{ layout: { expert: 2 }, finetuningType: 'grpo' }, 'whose generation on ranks of experts was not recorded'],
    [{ layout: { context: 2 }, finetuningType: 'grpo' }, 'which `GRPOConfig` of TRL 1.16 refuses: use `sharding`'],
    [{ layout: { context: 2 }, attention: 'eager' }, 'needs a kernel for ring attention'],
  ] satisfies [MemoryOptions, string][])('is refused: %j', (options, message) => {
    expect(() => estimate(options)).toThrow(message)
  })

  it.each([
    ['gpt2', { tensor: 2 }, 'transformers 5.24.0 has no plan to divide its layers; use `sharding`'],
    ['gpt_oss', { tensor: 2 }, 'stops in training at the bias of `o_proj`'],
    ['qwen2_moe', { tensor: 2 }, 'stops where its attention joins the heads of all ranks'],
    ['bamba', { tensor: 2 }, 'has no plan to divide it, and the code of 5.24.0 is another'],
    ['olmo_hybrid', { tensor: 2 }, 'the plan that transformers 5.24.0 has for it is not estimated; use `sharding`'],
    ['gemma2', SEQUENCES, 'is for layers like those of Llama, and it has pre_feedforward_layernorm; leave it out'],
    ['cohere', SEQUENCES, 'and it wires its layers in another way; leave it out'],
    ['qwen3_moe', SEQUENCES, 'leave it out'],
    ['gpt2', { pipeline: 2 }, 'with tied embeddings, which are on two stages'],
    ['gemma2', { pipeline: 2 }, 'with tied embeddings'],
  ])('is refused for %s: %j', (type, layout, message) => {
    const model = architectureFromConfig({ model_type: type, ...SIZES })
    expect(() => estimate({ layout, attention: 'eager' }, model)).toThrow(message)
  })

  it.each<readonly [string, MemoryOptions, string]>([
    ['deepseek_v2', {}, 'with q_a_proj: transformers 4.57.6 divides it and stops at the norm behind it'],
    ['qwen3_moe', {}, 'with a bias of o_proj: transformers 4.57.6, as which it is estimated, stops there in training'],
    ['llama4_text', { method: 'lora' }, 'which is estimated as in transformers 4.57.6: PEFT needs 5.17 for it'],
    ['qwen3_5_text', { layout: { tensor: 4 } }, 'in_proj_b has 2 outputs'],
  ])('is refused where %s stops in training, whatever its prefill does', (type, options, message) => {
    const model = architectureFromConfig({
      ...SIZES,
      model_type: type,
      attention_bias: true,
      q_lora_rank: 32,
      linear_num_value_heads: 2,
      linear_num_key_heads: 2,
    })
    const layout = { tensor: 2 }
    expect(() => estimate({ layout, ...options }, model)).toThrow(message)
    expect(estimate({ layout, ...options, method: 'inference' }, model).totalBytes).toBeGreaterThan(0)
  })

  it('is experts beside matrices', () => {
    const model = architectureFromConfig({ model_type: 'mixtral', ...SIZES })
    const sharding = { strategy: 'fsdp2', ranks: 4 } as const
    expect(() => estimate({ layout: { tensor: 2, expert: 2 }, sharding }, model)).toThrow('leave them out')
    expect(estimate({ layout: { expert: 2 }, sharding }, model).confidence.activations).toBe('replayed')
  })

  it.each<readonly [string, MemoryOptions, string]>([
    ['mixtral', { method: 'lora' }, 'with adapters, which transformers 5.24.0 leaves out of the shards'],
    ['mixtral', { method: 'qlora' }, 'with weights in nf4-double: take weights in 16 bits'],
    ['mixtral', { kernels: 'liger' }, "the kernels of liger: pass `kernels: 'torch'`"],
    ['mixtral', { sharding: { strategy: 'hsdp', ranks: 4 } }, 'with hsdp: use fsdp2'],
    ['mixtral', { reentrant: true, recompute: 'layers' }, 'reentrant checkpointing: pass `reentrant: false`'],
    ['jetmoe', {}, 'has no plan to send tokens to its experts; leave it out, and give the ranks in `sharding` alone'],
    ['phimoe', {}, 'its experts in transformers 5.24.0 are not estimated; leave it out'],
  ])('is no experts on ranks of their own for %s with %j', (type, options, message) => {
    const model = architectureFromConfig({ model_type: type, ...SIZES, num_local_experts: 8 })
    const run: MemoryOptions = { layout: { expert: 2 }, sharding: { strategy: 'fsdp2', ranks: 4 }, ...options }
    expect(() => estimate(run, model)).toThrow(message)
  })
})

describe('Adapters of tensor-parallel ranks', () => {
  const lora = (targetModules: readonly string[] | 'all-linear'): MemoryOptions => ({
    method: 'lora',
    lora: { rank: 8, targetModules },
    layout: { tensor: 2 },
  })

  it('are refused where PEFT stops', () => {
    expect(() => estimate(lora(['q_proj', 'lm_head']))).toThrow('leave it out of `targetModules`')
  })

  it('are refused where a projection is gathered for attention', () => {
    const olmo2 = architectureFromConfig({ model_type: 'olmo2', ...SIZES })
    expect(() => estimate(lora(['q_proj', 'v_proj']), olmo2)).toThrow('adapters on q_proj, at which PEFT 0.21.2 stops')
  })

  it('say with which version of transformers PEFT trains them', () => {
    expect(estimate(lora('all-linear')).assumptions.join()).toContain('with transformers 5.17.0')
  })
})

it.each<readonly [MemoryOptions, string]>([
  [{ preset: 'torchtune', layout: { pipeline: 2 } }, 'preset torchtune: torchtune 0.6.1 has no pipelines'],
  [{ preset: 'torchtune', layout: { tensor: 2 }, method: 'lora' }, 'in its recipe for all weights alone'],
  [{ preset: 'litgpt', layout: { tensor: 2 } }, 'preset litgpt: litgpt 0.5.13 trains with FSDP alone'],
  [{ preset: 'litgpt', layout: { pipeline: 2 } }, 'and divides matrices to generate only'],
])('A preset refuses a layout that its framework does not train in: %j', (options, message) => {
  expect(() => estimate(options)).toThrow(message)
})

it.each<readonly [MemoryOptions, string]>([
  [{ preset: 'torchtune', layout: { tensor: 2 } }, 'optimizerStep foreach (torchtune 0.6.1, recipes/full_finetune'],
  [{ preset: 'torchtitan', layout: { tensor: 2 } }, 'also have shares of each sequence between blocks'],
  [{ preset: 'torchtitan', layout: { pipeline: 2 } }, 'its own count the embeddings and the head as a layer each'],
  [{ preset: 'trl', layout: { tensor: 2 } }, 'loss log-probs (trl 1.16.0'],
])('A preset says what it chooses in a layout: %j', (options, said) => {
  expect(estimate(options).assumptions.join()).toContain(said)
})

it('A plan does not use layouts that a framework does not train in', () => {
  const big = architectureFromConfig({
    model_type: 'llama',
    hidden_size: 8192,
    intermediate_size: 28672,
    num_hidden_layers: 80,
    num_attention_heads: 64,
    num_key_value_heads: 8,
  })
  const plan = (preset: 'litgpt' | 'torchtitan') =>
    planGpus(big, { preset, method: 'full', gpu: { name: 'small', memoryBytes: 16 * 2 ** 30 }, maxGpus: 64 })
  const layouts = plan('litgpt').tooFew.map(({ layout }) => layout)
  expect(layouts.every(({ tensor, pipeline }) => tensor * pipeline === 1)).toBe(true)
  expect(plan('torchtitan').tooFew.some(({ layout: { tensor, pipeline } }) => tensor * pipeline > 1)).toBe(true)
})

it("torchtitan's loss of chunks is computed on the last stage of a pipeline", () => {
  const options: MemoryOptions = {
    preset: 'torchtitan',
    layout: { pipeline: 2 },
    sharding: { strategy: 'fsdp2', ranks: 2 },
  }
  const { assumptions, tensorBytes } = estimate(options)
  expect(assumptions.join()).toContain('loss chunked-linear (torchtitan 0.3.0, components/loss.py')
  expect(tensorBytes).toBeLessThan(estimate({ ...options, loss: 'logits' }).tensorBytes)
})

it('The assumptions of a layout say whose code it is', () => {
  const said = (layout: NonNullable<MemoryOptions['layout']>) => estimate({ layout }).assumptions.join()
  expect(said({ tensor: 2 })).toContain('the plan of transformers 5.24.0')
  expect(said({ tensor: 2, sequenceParallel: true })).toContain('the plan for Llama of NeMo Automodel 0.7.0')
  expect(said({ tensor: 2, sequenceParallel: true })).toContain("for that pass `lossLogits: 'float32-gathered'`")
  expect(said({ pipeline: 2 })).toContain('scheduled 1F1B (torch 2.15')
  expect(said({ context: 2 })).toContain('ring attention')
})

describe('a stage of a hybrid in mixed precision', () => {
  const sizes = {
    hidden_size: 64,
    intermediate_size: 96,
    num_hidden_layers: 6,
    num_attention_heads: 4,
    num_key_value_heads: 4,
    vocab_size: 300,
    tie_word_embeddings: false,
  }
  const mamba = { mamba_n_heads: 8, mamba_d_head: 16, mamba_n_groups: 1, mamba_d_state: 16 }
  const linear = { linear_key_head_dim: 16, linear_value_head_dim: 16, num_experts: 4, moe_intermediate_size: 32 }

  // Autocast keeps its copies of convolutions over all micro-batches, those that are computed again, too.
  it.each([
    { model_type: 'bamba', ...sizes, ...mamba, attn_layer_indices: [3] },
    { model_type: 'qwen3_next', ...sizes, ...linear },
  ])('needs no more with recomputation than without: $model_type', (config) => {
    const model = architectureFromConfig(config)
    const [recomputed = 0, kept = 0] = (['layers', 'none'] as const).map((recompute) => {
      const options = { method: 'full-mixed', sequenceLength: 64, recompute, layout: { pipeline: 2 } } as const
      return estimateMemory(model, options).tensorBytes
    })
    expect(recomputed).toBeGreaterThan(0)
    expect(recomputed).toBeLessThanOrEqual(kept)
  })
})

describe('classes that label texts', () => {
  const labelling = (kind: string) =>
    architectureFromConfig({ model_type: 'llama', ...SIZES, architectures: [`LlamaFor${kind}`], pad_token_id: 0 })

  it('cannot label whole sequences where ranks have parts of them', () => {
    for (const kind of ['SequenceClassification', 'QuestionAnswering'])
      expect(() => estimate({ layout: { context: 2 } }, labelling(kind))).toThrow('which labels whole sequences')
    expect(() => estimate({ layout: { pipeline: 2 } }, labelling('QuestionAnswering'))).toThrow('return two tensors')
  })

  it('have no tokens on the last stage of a pipeline, as the assumptions say', () => {
    const { assumptions } = estimate({ layout: { pipeline: 2 } }, labelling('SequenceClassification'))
    expect(assumptions.join('; ')).toContain('labels each by its last position')
  })
})

describe('a reference on tensor-parallel ranks', () => {
  const said = (options: MemoryOptions) =>
    estimate({ layout: { tensor: 2 }, finetuningType: 'dpo', ...options }).assumptions.join('; ')

  it('is divided like the trained model, as the assumptions say', () => {
    expect(said({})).toContain('ranks divide the reference like the trained model')
    expect(said({ lora: { rank: 4 } })).not.toContain('ranks divide the reference')
  })

  it('is sharded in layers beside experts of ranks, as the assumptions say', () => {
    const sizes = { ...SIZES, num_experts: 4, num_experts_per_tok: 2, moe_intermediate_size: 64, head_dim: 8 }
    const { assumptions } = estimate(
      { layout: { expert: 2 }, sharding: { strategy: 'fsdp2', ranks: 4 }, finetuningType: 'dpo' },
      architectureFromConfig({ model_type: 'qwen3_moe', ...sizes }),
    )
    expect(assumptions.join('; ')).toContain('the reference is divided and sharded like the trained model')
    expect(assumptions.join('; ')).not.toContain('as one group')
  })

  it('cannot be asked in advance by TRL, as the assumptions say', () => {
    expect(said({ referenceModel: false })).toContain('`precompute_ref_log_probs` of TRL 1.16 stops at a model')
    expect(said({ referenceModel: false, loss: 'logits' })).not.toContain('precompute_ref_log_probs')
  })

  it('is planned for, in layouts that preferences have', () => {
    const sizes = {
      ...SIZES,
      hidden_size: 8192,
      intermediate_size: 28_672,
      num_hidden_layers: 40,
      num_attention_heads: 64,
      num_key_value_heads: 8,
    }
    const { layout } = planGpus(architectureFromConfig({ model_type: 'llama', ...sizes }), {
      finetuningType: 'dpo',
      sequenceLength: 8192,
      maxGpus: 16,
    })
    expect(layout).toMatchObject({ tensor: 4, pipeline: 1, expert: 1 })
  })
})
