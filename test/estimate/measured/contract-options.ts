import type { MemoryOptions } from '../../../src/estimate/index.js'
import type { LoraOptions } from '../../../src/estimate/lora/options.js'
import type { Run } from './measured-runs.js'

/**
 * The options that the published settings of a run translate to, with nothing but the names that job files use: preset, method,
 * quantization, loss, kernels, sharding, LoRA. Nothing is decided for a single row.
 *
 * @returns `undefined` for a run whose batch or sequence nobody states, and for figures that cannot be: litgpt's for all weights
 *   are below three copies of the weights
 */
export function contractOptions(run: Run): MemoryOptions | undefined {
  return BENCHMARKS[run.benchmark](run)
}

const BENCHMARKS: Readonly<Record<Run['benchmark'], (run: Run) => MemoryOptions | undefined>> = {
  'fms-acceleration': ofFms,
  qwen: ofQwen,
  litgpt: ofLitgpt,
  torchtune: ofTorchtune,
  torchtitan: ofTorchtitan,
}

/** `scripts/benchmarks/scenarios.yaml` of fms-acceleration: gradient checkpointing, and one LoRA for all runs. */
const FMS_LORA: LoraOptions = {
  rank: 16,
  loraDropout: 0.1,
  targetModules: ['q_proj', 'k_proj', 'v_proj', 'o_proj'],
}

function ofFms({ framework = 'none', gpus = 1, group, trains, dtype, autocast, ...sizes }: Run): MemoryOptions {
  const isFull = trains === 'full'
  const shards = isFull && autocast ? { parameterDtype: 'float32' as const } : {}
  return {
    ...sizesOf(sizes),
    method: isFull ? 'full' : trains === 'lora' ? 'lora' : 'qlora',
    ...(!isFull && { lora: FMS_LORA }),
    ...(framework.includes('autogptq') && { quantization: 'gptq' }),
    ...(dtype === 'float16' && { dtype }),
    ...(group.includes('kbit-fp32') && { prepareForKbitTraining: true }),
    ...(framework.includes('foak') && {
      kernels: 'unsloth',
      loss: framework.includes('liger') ? 'fused-linear' : 'fused',
    }),
    ...(gpus > 1 && { sharding: { strategy: 'fsdp1', ranks: gpus, ...shards } }),
  }
}

/** `finetune.py` of Qwen, which is transformers' `Trainer` with gradient checkpointing. `c_attn`, `c_proj`, `w1` and `w2` are all linear layers. */
function ofQwen({ rank = 64, trains, accumulation = 1, ...sizes }: Run): MemoryOptions {
  return {
    ...sizesOf(sizes),
    method: trains === 'Q-LoRA' ? 'qlora' : 'lora',
    ...(trains === 'Q-LoRA' && { quantization: 'gptq', dtype: 'float16' }),
    gradientAccumulation: accumulation,
    lora: {
      rank,
      loraDropout: 0.05,
      targetModules: 'all-linear',
      ...(trains === 'LoRA (emb)' && { modulesToSave: ['embed_tokens', 'lm_head'] }),
    },
  }
}

function ofLitgpt({ rank = 32, targets, trains, checkpointing, ...sizes }: Run): MemoryOptions | undefined {
  if (trains === 'full') return undefined
  return {
    ...sizesOf(sizes),
    preset: 'litgpt',
    method: trains === 'lora' ? 'lora' : 'qlora',
    recompute: checkpointing ? 'layers' : 'none',
    lora: { rank, loraDropout: 0.05, ...(targets === 'all' && { targetModules: 'all-linear' as const }) },
  }
}

/** What `torch.compile` makes of the loss: one kernel for each chunk, which keeps its logits and nothing in float32. */
const COMPILED_LOSS = { loss: 'fused', lossLogits: 'model' } as const

/** The baseline of the table in torchtune's README: two packed sequences of 4,096 tokens; each step adds to the one before. */
function ofTorchtune({ step, doc, trains }: Run): MemoryOptions | undefined {
  if (doc !== undefined) return ofTorchtuneTutorial(doc)
  if (step === undefined) return undefined
  const sizes = { preset: 'torchtune', batchSize: 2, sequenceLength: 4096 } as const
  const offload = { sharding: { strategy: 'none', ranks: 1, offload: ['activations'] } } as const
  if (trains !== 'full') return { ...sizes, ...offload, ...COMPILED_LOSS, method: trains === 'lora' ? 'lora' : 'qlora' }
  const steps = [
    '+ packed',
    '+ compile',
    '+ chunked CE',
    '+ activation checkpointing',
    '+ optimizer in backward',
    '+ activation offloading',
    '+ 8-bit AdamW',
  ]
  const has = (name: string) => steps.indexOf(step) >= steps.indexOf(name)
  return {
    ...sizes,
    method: 'full',
    ...(has('+ chunked CE') ? COMPILED_LOSS : { loss: 'logits' }),
    recompute: has('+ activation checkpointing') ? 'layers' : 'none',
    optimizer: has('+ 8-bit AdamW') ? 'adamw-8bit' : 'adamw',
    optimizerStep: has('+ optimizer in backward') ? 'in-backward' : 'fused',
    ...(has('+ activation offloading') && offload),
  }
}

/** torchtune's tutorials on Llama 2 7B: `lora tutorial qv r8` and so on; sequences of Alpaca, two at a time. */
function ofTorchtuneTutorial(doc: string): MemoryOptions {
  const [, targets = 'qv', rank = '8'] = /(qv|all) r(\d+)/.exec(doc) ?? []
  return {
    preset: 'torchtune',
    method: doc.startsWith('qlora') ? 'qlora' : 'lora',
    batchSize: 2,
    sequenceLength: 512,
    lora: { rank: Number(rank), targetModules: targets === 'all' ? 'all-linear' : ['q_proj', 'v_proj'] },
  }
}

/** The benchmark of December 2024, whose release had no chunked loss; selective recomputation, but all of it for long sequences. */
function ofTorchtitan({ gpus = 1, seq = 8192, ...sizes }: Run): MemoryOptions {
  return {
    ...sizesOf({ ...sizes, seq }),
    preset: 'torchtitan',
    method: 'full',
    loss: 'logits',
    ...(Number(seq) > 8192 && { recompute: 'layers' }),
    sharding: { strategy: 'fsdp2', ranks: gpus },
  }
}

/** `<= 512` means that the longest sequence of the data has 512 tokens. */
function sizesOf({ batch = 1, seq = 4096 }: Pick<Run, 'batch' | 'seq'>): MemoryOptions {
  return { batchSize: batch, sequenceLength: Number(String(seq).replace('<= ', '')) }
}
