import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { type MemoryEstimate, type MemoryOptions, overheadBytes } from '../../../src/estimate/index.js'

/**
 * A run on an NVIDIA H200 or H100, recorded with `gpu.py`, `gpu_trainers.py`, `gpu_seen.py`, `gpu_preferences.py` and `gpu_all_logits.py` of `test/oracle/memory`:
 * torch 2.11, transformers 5.17 (or 4.57.6 on the H100), PEFT 0.21, TRL 1.16, random weights.
 */
export interface GpuRun {
  readonly id: string
  readonly config: Readonly<Record<string, unknown>>
  readonly options: MemoryOptions & { readonly cachedTokens?: number }
  readonly gpu: {
    /** What torch's allocator counted at the peak of the second step. */
    readonly peakBytes: number
    /** The workspaces of cuBLAS, which are in the peak. */
    readonly workspaceBytes: number
    readonly contextBytes?: number
    readonly outOfMemory?: true
    /** The smallest share of the peak that the allocator needs to finish two steps, of 1.005, 1.01, 1.02 and so on up to 1.3. */
    readonly sufficesAt?: number
  }
}

/** What torch reports as the memory of the card. */
export const CARD_BYTES = 150_109_880_320

/** The tensors of a run, and of one with small or real sizes on an H100: bytes that the allocator was asked for, which it has not rounded. */
export interface AskedRun {
  readonly id: string
  readonly config: Readonly<Record<string, unknown>>
  readonly options: MemoryOptions
  readonly peakBytes: number
}

/** Encoders and models that see or hear at the sizes of real runs. */
export const REAL_SIZES: readonly AskedRun[] = runsIn('real-sizes-h100.jsonl.gz')

/** Small runs whose peak is in a kernel, or at a sum of gradients that the engine makes in place. */
export const SMALL_STEPS: readonly AskedRun[] = runsIn('small-steps-h100.jsonl.gz')

/** The runs on an H200. */
export const GPU_RUNS: readonly GpuRun[] = runsIn('gpu.jsonl.gz')

/** The runs on an H100: what the runs on the H200 did not have. */
export const H100_RUNS: readonly GpuRun[] = runsIn('gpu-h100.jsonl.gz')

function runsIn<Run>(file: string): Run[] {
  return gunzipSync(readFileSync(new URL(`../../fixtures/memory/${file}`, import.meta.url)))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** The options of an estimate of a run. `generate` fills the cache for a few tokens beyond the prompt, which do not count. */
export function optionsOf({ options: { cachedTokens: _, ...options } }: GpuRun): MemoryOptions {
  return options
}

/** What torch's allocator holds according to an estimate, without the workspaces of cuBLAS: tensors, and what kernels hold within themselves. */
export function allocatedBytes(estimate: MemoryEstimate, { method = 'full' }: MemoryOptions): number {
  return estimate.totalBytes - overheadBytes(method)
}

/** Families whose experts transformers 5 computes at once. */
const MIXTURES = new Set([
  'qwen2_moe',
  'qwen3_moe',
  'olmoe',
  'mixtral',
  'granitemoe',
  'deepseek_v2',
  'gpt_oss',
  'qwen3_next',
])

/** The group of a run in docs/estimates.md. */
export function groupOf({ config, options }: GpuRun): string {
  const family = String(config['model_type'])
  if (MIXTURES.has(family)) return 'mixtures of experts'
  if (family === 'falcon') return 'Falcon with one key-value head'
  if (options.preset) return "Trainer and TRL's SFTTrainer, by preset"
  if (options.method === 'inference') return 'prefill and `generate`'
  if (options.kernels === 'liger' || (options.loss ?? 'logits') !== 'logits') return "Liger's kernels and losses"
  if (options.method === 'qlora' || options.quantization) return 'NF4 and int8 weights'
  if (options.method === 'lora') return 'LoRA'
  return (options.optimizer ?? 'adamw') === 'adamw' ? 'all weights, AdamW' : 'all weights, other optimizers'
}

/** The group of a run on the H100 in docs/estimates.md. */
export function h100GroupOf({ id, config, options }: GpuRun): string {
  const family = String(config['model_type'])
  const [name = ''] = (config['architectures'] as string[] | undefined) ?? []
  if (id.startsWith('trl ')) return "TRL's trainers of preferences and rewards"
  if (id.startsWith('all logits ')) return 'preferences from all logits'
  if (options.kernelPackages) return 'kernels of fla, causal_conv1d and mamba_ssm'
  if (options.images) return 'models that see'
  if (id.endsWith('-compiled')) return 'ModernBERT, compiled'
  if (SMALL.has(family)) return 'encoders, BART and T5'
  if (/For(Sequence|Token)Classification/.test(name)) return 'decoders that label'
  return 'newer decoders'
}

/** Models of a hundred million parameters, many of whose tensors the allocator rounds up. */
const SMALL = new Set(['albert', 'bart', 'bert', 'deberta-v2', 'mbart', 'modernbert', 'mpnet', 'roberta', 't5', 'vit'])
