import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isObject } from '../../src/architecture/config-object.js'
import { modelSpecFromConfig } from '../../src/checkpoint/index.js'
import { jsonValue, readJson } from '../../src/json/index.js'
import { lint } from '../../src/lint/index.js'
import type { ModelSpec } from '../../src/schemas/index.js'
import { validate } from '../../src/validation/index.js'

const FOLDER = new URL('../fixtures/checkpoint/configs/', import.meta.url)

/** A published model: its total, its context, and what else is remarkable about its config. */
type Published = readonly [total: number, context: number | undefined, also?: Partial<ModelSpec>]

/**
 * The configs of published models, as they stand in their repositories but for long tables that no size depends on. Totals
 * are those of their repositories' safetensors files, or of the model that transformers builds; of multimodal models those
 * of the language model.
 */
const PUBLISHED: Readonly<Record<string, Published>> = {
  'bart-large': [406_291_456, 1024, { is_embedding_model: true, num_layers: 12, precision: 'float32' }],
  'bert-base-uncased': [109_514_298, 512, { tied_embeddings: true, gated_mlp: false }],
  'bge-small-en-v1.5': [33_360_000, 512, { is_embedding_model: true }],
  'bloom-560m': [559_214_592, 2048, { ffn_hidden_size: 4096 }],
  'bloom-7b1': [7_069_016_064, 2048, { hidden_size: 4096, num_layers: 30, ffn_hidden_size: 16_384 }],
  'deepseek-v3': [
    671_026_404_352,
    163_840,
    {
      precision: 'float8_e4m3fn',
      moe_config: {
        ...{ num_experts: 256, num_experts_per_tok: 8, num_expert_layers: 58, expert_ffn_size: 2048 },
        num_shared_experts: 1,
      },
    },
  ],
  'falcon-40b': [41_303_293_952, 2048, { num_kv_heads: 8, ffn_hidden_size: 32_768 }],
  'falcon-7b': [6_921_720_704, 2048, { num_kv_heads: 1, num_attention_heads: 71 }],
  'flan-t5-base': [247_577_856, 512, { gated_mlp: true, tied_embeddings: false }],
  'gemma-2-9b': [9_241_705_984, 8192, { sliding_window_config: { window_size: 4096 }, tied_embeddings: true }],
  'gemma-3-1b-it': [999_885_952, 32_768, { sliding_window_config: { window_size: 512 } }],
  // Its `rope_scaling` has a factor of 8, and its context is 128K all the same.
  'gemma-3-4b-it': [4_300_079_472, 131_072, { family: 'gemma3', precision: 'bfloat16' }],
  'gpt-oss-20b': [
    20_914_757_184,
    131_072,
    {
      precision: 'mxfp4',
      sliding_window_config: { window_size: 128 },
      moe_config: {
        ...{ num_experts: 32, num_experts_per_tok: 4, num_expert_layers: 24, expert_ffn_size: 2880 },
        num_shared_experts: 0,
      },
    },
  ],
  gpt2: [124_439_808, 1024, { ffn_hidden_size: 3072, num_kv_heads: 12 }],
  'jamba-v0.1': [
    51_570_323_328,
    262_144,
    {
      mamba_config: {
        ...{ is_hybrid: true, num_mamba_layers: 28, num_attention_layers: 4, num_mlp_layers: 0 },
        ...{ state_size: 16, conv_kernel: 4 },
      },
    },
  ],
  'llama-3.2-1b': [1_235_814_400, 131_072, { tied_embeddings: true, num_kv_heads: 8 }],
  'llama-4-scout': [108_660_774_400, 10_485_760, { family: 'llama4' }],
  'llava-1.5-7b-hf': [7_063_427_072, 4096, { family: 'llava', precision: 'float16' }],
  'mamba-130m-hf': [129_135_360, undefined, { num_attention_heads: 0, precision: 'float32' }],
  'mamba2-2.7b': [2_702_599_680, undefined, { num_layers: 64 }],
  'mistral-7b-v0.1': [7_241_732_096, 32_768, { sliding_window_config: { window_size: 4096 } }],
  'mistral-7b-v0.3': [7_248_023_552, 32_768, { num_kv_heads: 8 }],
  'mixtral-8x7b-v0.1': [46_702_792_704, 32_768, { ffn_hidden_size: 14_336 }],
  'nemotron-h-8b': [8_100_852_736, 8192, { gated_mlp: false, num_kv_heads: 8 }],
  'opt-350m': [331_196_416, 2048, { hidden_size: 1024 }],
  'opt-6.7b': [6_658_473_984, 2048, { ffn_hidden_size: 16_384 }],
  'phi-2': [2_779_683_840, 2048, { gated_mlp: false, precision: 'float16' }],
  'phi-3.5-mini-instruct': [3_821_079_552, 131_072, { num_kv_heads: 32 }],
  'phi-4': [14_659_507_200, 16_384, { num_kv_heads: 10 }],
  'pythia-1b': [1_011_781_632, 2048, { family: 'gpt_neox' }],
  'qwen2-vl-7b-instruct': [8_291_375_616, 32_768, { family: 'qwen2_vl' }],
  'qwen2.5-7b-instruct': [7_615_616_512, 32_768, { num_kv_heads: 4 }],
  'qwen2.5-7b-yarn': [7_615_616_512, 131_072, { num_kv_heads: 4 }],
  'qwen3-30b-a3b': [30_532_122_624, 40_960, { num_kv_heads: 4, ffn_hidden_size: 6144 }],
  'qwen3-8b': [8_190_735_360, 40_960, { ffn_hidden_size: 12_288 }],
  'roberta-base': [124_697_433, 514, { vocab_size: 50_265 }],
  't5-small': [60_506_624, 512, { tied_embeddings: true, gated_mlp: false }],
}

/** Those that attend through a window. */
const WINDOWED = ['gemma-2-9b', 'gemma-3-1b-it', 'gemma-3-4b-it', 'gpt-oss-20b', 'mistral-7b-v0.1']

describe('The config of a published model becomes its spec', () => {
  it.each(Object.entries(PUBLISHED))('%s', (name, [total, context, also = {}]) => {
    const { spec } = modelSpecFromConfig(configOf(name))
    expect(spec).toMatchObject({ base_num_parameters: total, ...also })
    expect(spec.context_size).toBe(context)
    expect(spec.sliding_window_config !== undefined).toBe(WINDOWED.includes(name))
    expect(validate('ModelSpec', spec)).toMatchObject({ ok: true })
    expect(lint('ModelSpec', spec).filter(({ severity }) => severity !== 'info')).toStrictEqual([])
  })

  it('every config of the folder is looked at', () => {
    expect(readdirSync(FOLDER).sort()).toStrictEqual(
      Object.keys(PUBLISHED)
        .map((name) => `${name}.json`)
        .sort(),
    )
  })
})

/** A config as Python wrote it: with `Infinity`, which JSON does not have. */
function configOf(name: string): Record<string, unknown> {
  const read = readJson(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'), { constants: true })
  const config = read.ok ? jsonValue(read.root) : undefined
  if (!isObject(config)) throw new TypeError(`${name}.json holds no object`)
  return config
}
