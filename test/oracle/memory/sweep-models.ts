import { isOnlyInTransformers5 } from '../../../src/architecture/newer-types.js'
import { memoryRecords } from '../../estimate/memory-records.js'
import type { Config } from './config-draws.js'
import type { Recorder } from './recorders.js'

/** Small models of a family, and the program that records them. */
export interface SweepModels {
  readonly family: string
  readonly recorder: Recorder
  readonly configs: readonly Config[]
}

/** The models that a version of transformers runs as they are described, by family and recorder. */
export function sweepModels(version: 4 | 5): SweepModels[] {
  const models = new Map<string, { family: string; recorder: Recorder; configs: Config[] }>()
  for (const [config, recorder] of smallModels(version)) {
    const family = String(config['model_type'])
    if (describedVersion(family) !== version || isLarge(config)) continue
    const key = `${recorder} ${family}`
    const entry = models.get(key) ?? { family, recorder, configs: [] }
    entry.configs.push(config)
    models.set(key, entry)
  }
  return [...models.values()]
}

/** The recorded small models that are drawn from: one is as good as another, so that all fixtures of families count. */
const DECODERS = [
  'families.jsonl.gz',
  'recurrent.jsonl.gz',
  'hybrids.jsonl.gz',
  'newer.jsonl.gz',
  'newer-mixtures.jsonl.gz',
  'layer-inputs.jsonl.gz',
  'shortcuts.jsonl.gz',
  'dense.jsonl.gz',
  'borrowed-classes.jsonl.gz',
  'last-decoders.jsonl.gz',
  'config-variants.jsonl.gz',
]
const WHOLES = [
  'wholes.jsonl.gz',
  'classes.jsonl.gz',
  'encoders.jsonl.gz',
  'further-encoders.jsonl.gz',
  'newer-wholes.jsonl.gz',
]
/** Their families of 4.57 have other recorders, or stand among those above. */
const NEWER_WHOLES = ['written.jsonl.gz', 'wholes-with-text.jsonl.gz']

function smallModels(version: 4 | 5): (readonly [Config, Recorder])[] {
  const decoder: Recorder = version === 4 ? 'balanced.py' : 'oracle.py'
  const wholes = version === 4 ? WHOLES : [...WHOLES, ...NEWER_WHOLES]
  return [
    ...DECODERS.flatMap(memoryRecords).map(({ config }) => [config, decoder] as const),
    ...wholes.flatMap(memoryRecords).map(({ config }) => [config, 'whole.py'] as const),
    ...UNRECORDED_DECODERS.map((config) => [config, decoder] as const),
    ...UNRECORDED_WHOLES.map((config) => [config, 'whole.py'] as const),
  ]
}

/** Whether a record would take a minute: of a published size, or with many layers. */
function isLarge(config: Config): boolean {
  const most = (names: readonly string[]) => Math.max(...names.map((name) => Number(config[name] ?? 0)))
  return most(['hidden_size', 'd_model', 'n_embd']) > 1024 || most(['num_hidden_layers', 'n_layer', 'num_layers']) > 8
}

const describedVersion = (family: string): 4 | 5 =>
  isOnlyInTransformers5(family) || DESCRIBED_AS_IN_5.has(family) ? 5 : 4

/** Families that both versions have, and that are described as 5 writes them. */
const DESCRIBED_AS_IN_5: ReadonlySet<string> = new Set(['doge', 'recurrent_gemma', 'exaone', 'eurobert'])

const SIZES = {
  vocab_size: 512,
  hidden_size: 96,
  intermediate_size: 160,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
}
const HYBRID = {
  ...SIZES,
  num_hidden_layers: 4,
  head_dim: 24,
  linear_num_key_heads: 2,
  linear_num_value_heads: 4,
  linear_key_head_dim: 16,
  linear_value_head_dim: 16,
}
const VISION = { hidden_size: 48, intermediate_size: 80, num_hidden_layers: 2, num_attention_heads: 4 }
const QWEN_VISION = {
  depth: 2,
  hidden_size: 32,
  out_hidden_size: 96,
  num_heads: 4,
  intermediate_size: 48,
  patch_size: 8,
  num_position_embeddings: 100,
}

/** Small decoders of families without recorded models. */
const UNRECORDED_DECODERS: readonly Config[] = [
  {
    model_type: 'ministral3',
    ...SIZES,
    head_dim: 24,
    tie_word_embeddings: false,
    rope_parameters: {
      beta_fast: 32.5,
      beta_slow: 1.5,
      factor: 16.5,
      llama_4_scaling_beta: 0.1,
      mscale: 1,
      mscale_all_dim: 1,
      original_max_position_embeddings: 64,
      rope_theta: 10_000,
      rope_type: 'yarn',
    },
  },
  {
    model_type: 'sarvam_mla',
    ...SIZES,
    num_key_value_heads: 4,
    moe_intermediate_size: 48,
    n_routed_experts: 8,
    num_experts_per_tok: 2,
    q_lora_rank: null,
    kv_lora_rank: 32,
    qk_rope_head_dim: 16,
    qk_nope_head_dim: 16,
    v_head_dim: 24,
    first_k_dense_replace: 1,
  },
  {
    model_type: 'sarvam_moe',
    ...SIZES,
    head_dim: 24,
    moe_intermediate_size: 48,
    n_routed_experts: 8,
    n_shared_experts: 1,
    num_experts_per_tok: 2,
    first_k_dense_replace: 1,
    use_qk_norm: true,
  },
]

/** Small models that see or hear, of families without recorded models. */
const UNRECORDED_WHOLES: readonly Config[] = [
  {
    model_type: 'qwen3_5',
    architectures: ['Qwen3_5ForConditionalGeneration'],
    text_config: { model_type: 'qwen3_5_text', ...HYBRID },
    vision_config: QWEN_VISION,
  },
  {
    model_type: 'qwen3_5_moe',
    architectures: ['Qwen3_5MoeForConditionalGeneration'],
    text_config: {
      model_type: 'qwen3_5_moe_text',
      ...HYBRID,
      num_experts: 6,
      num_experts_per_tok: 2,
      moe_intermediate_size: 24,
      shared_expert_intermediate_size: 20,
    },
    vision_config: QWEN_VISION,
  },
  {
    model_type: 'minicpmv4_6',
    architectures: ['MiniCPMV4_6ForConditionalGeneration'],
    text_config: { model_type: 'qwen3_5_text', ...HYBRID },
    vision_config: { ...VISION, image_size: 64, patch_size: 8 },
  },
  {
    model_type: 'lighton_ocr',
    architectures: ['LightOnOcrForConditionalGeneration'],
    text_config: { model_type: 'qwen3', ...SIZES, head_dim: 24 },
    vision_config: { ...VISION, patch_size: 14 },
  },
  {
    model_type: 'paddleocr_vl',
    architectures: ['PaddleOCRVLForConditionalGeneration'],
    text_config: { model_type: 'paddleocr_vl_text', ...SIZES, head_dim: 24 },
    vision_config: { model_type: 'paddleocr_vl_vision', ...VISION },
  },
  {
    model_type: 'qwen3_asr',
    architectures: ['Qwen3ASRForConditionalGeneration'],
    text_config: { model_type: 'qwen3', ...SIZES, head_dim: 24 },
    audio_config: {
      d_model: 32,
      encoder_layers: 2,
      encoder_attention_heads: 4,
      encoder_ffn_dim: 48,
      num_mel_bins: 20,
      output_dim: 96,
      downsample_hidden_size: 12,
    },
  },
]
