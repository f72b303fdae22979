/** Start-up logs of engines, and published tables of `generate`: what real runs measured. Numbers that strangers published, with their sources. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { type Architecture, architectureFromConfig, type ConfigObject } from '../../../src/architecture/index.js'
import {
  planServing,
  type ServingOptions,
  type ServingPlan,
  type WeightPrecision,
} from '../../../src/estimate/index.js'

/** One published run. */
export interface ServingLog {
  readonly source: string
  readonly model: string
  readonly settings: {
    readonly engine: string
    readonly gpu: string
    readonly tensorParallel: number | null
    readonly precisionAsked: string | null
    readonly kvBytes: 1 | 2 | null
    readonly multimodal?: boolean
    readonly gpuTotalGiB: number | null
    readonly gpuMemoryUtilization: number | null
    readonly chunkTokensAsked: number | null
    readonly gpus?: number
    readonly quantisation?: string
    readonly promptTokens?: number
    readonly newTokens?: number
    readonly batch?: number
  }
  readonly measured: {
    readonly weightsGiBPerGpu?: number
    readonly kvBytesPerTokenPerGpu?: number
    readonly kvCacheGiBPerGpu?: number
    readonly cacheTokens?: number
    readonly maximumConcurrency?: { readonly tokens: number; readonly x: number }
    readonly activationPeakGiB?: number
    readonly memoryGiB?: number
  }
  readonly note?: string
}

const file = (name: string) => new URL(`../../fixtures/serving/${name}`, import.meta.url)

/** All runs. */
export const LOGS: readonly ServingLog[] = gunzipSync(readFileSync(file('logs.jsonl.gz')))
  .toString('utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

const MODELS: Readonly<Record<string, ConfigObject>> = JSON.parse(readFileSync(file('models.json'), 'utf8'))

/** The model of a run. A name that is no published model is that of a family with its defaults. */
export function modelOf({ model, settings }: ServingLog): Architecture {
  const whole = settings.multimodal ? WHOLES[model] : undefined
  return architectureFromConfig(whole ?? MODELS[model] ?? { model_type: model })
}

/** Rows that name the language model of a multimodal one, which the engine loaded with its encoder of images. */
const WHOLES: Readonly<Record<string, ConfigObject>> = {
  'Gemma-3-27B': {
    model_type: 'gemma3',
    text_config: { ...MODELS['Gemma-3-27B'], rope_scaling: { rope_type: 'linear', factor: 8 } },
    vision_config: {
      hidden_size: 1152,
      intermediate_size: 4304,
      num_hidden_layers: 27,
      num_attention_heads: 16,
      image_size: 896,
      patch_size: 14,
      vision_use_head: false,
    },
  },
  qwen3_5_text: { model_type: 'qwen3_5', text_config: ownPositions({ model_type: 'qwen3_5_text' }) },
  qwen3_5_moe_text: { model_type: 'qwen3_5_moe', text_config: ownPositions({ model_type: 'qwen3_5_moe_text' }) },
}

/** What the configs of Qwen3.5 say of positions: three dimensions, 64 of 256 features. */
function ownPositions(config: ConfigObject): ConfigObject {
  const rope_parameters = { rope_type: 'default', mrope_section: [11, 11, 10], partial_rotary_factor: 0.25 }
  return { ...config, max_position_embeddings: 262_144, mamba_ssm_dtype: 'float32', rope_parameters }
}

/** The plan for a run, with the settings that its log states. */
export function planOf(log: ServingLog): ServingPlan {
  const { settings, measured } = log
  const { gpuTotalGiB, gpuMemoryUtilization, chunkTokensAsked, kvBytes } = settings
  const engine = /SGLang/.test(settings.engine) ? 'sglang' : /llama/.test(settings.engine) ? 'llama.cpp' : 'vllm'
  const version = engine === 'vllm' ? /\d+\.\d+(?:\.\d+)?/.exec(settings.engine)?.[0] : undefined
  const options: ServingOptions = {
    engine,
    precision: precisionOf(log),
    tensorParallel: settings.tensorParallel ?? 1,
    contextTokens: measured.maximumConcurrency?.tokens ?? 4096,
    ...(version !== undefined && { engineVersion: version }),
    ...(kvBytes !== null && { cacheBytes: kvBytes }),
    ...(gpuTotalGiB !== null && { gpu: { name: settings.gpu, memoryBytes: gpuTotalGiB * 2 ** 30 } }),
    ...(gpuMemoryUtilization !== null && { memoryUtilization: gpuMemoryUtilization }),
    ...(chunkTokensAsked !== null && { chunkTokens: chunkTokensAsked }),
  }
  return planServing(modelOf(log), options)
}

/** The scheme of a run: gpt-oss is published in MXFP4 alone, and a note says NVFP4. */
function precisionOf({ model, settings, note }: ServingLog): WeightPrecision {
  if (model.startsWith('gpt-oss')) return 'mxfp4'
  if (note?.startsWith('NVFP4')) return 'nvfp4'
  return (settings.precisionAsked ?? 'bfloat16') as WeightPrecision
}
