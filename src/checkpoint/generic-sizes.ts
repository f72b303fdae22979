import { isObject } from '../architecture/config-object.js'
import type { ConfigObject } from '../architecture/index.js'

/** Sizes of a model of an unknown family, as far as its config states them under one of the usual names. */
export interface GenericSizes {
  readonly contextTokens?: number
  readonly layers?: number
  readonly hiddenSize?: number
  readonly heads?: number
  readonly kvHeads?: number
  readonly headDim?: number
  readonly ffnSize?: number
  readonly vocabSize?: number
  readonly experts?: number
  readonly expertsPerToken?: number
  readonly expertFfnSize?: number
  readonly sharedExperts?: number
  readonly windowTokens?: number
  readonly predictionLayers?: number
}

/** The names that configs use for each size, most used first. Those of encoders come first: beside them, `num_hidden_layers` means nothing. */
const NAMES: Readonly<Record<keyof GenericSizes, readonly string[]>> = {
  contextTokens: [
    'max_position_embeddings',
    'n_positions',
    'max_sequence_length',
    'max_seq_len',
    'seq_length',
    'n_ctx',
  ],
  layers: ['encoder_layers', 'num_hidden_layers', 'num_layers', 'n_layer', 'n_layers'],
  hiddenSize: ['hidden_size', 'n_embd', 'd_model', 'dim', 'model_dim', 'embed_dim'],
  heads: ['encoder_attention_heads', 'num_attention_heads', 'n_head', 'n_heads', 'num_heads'],
  kvHeads: ['num_key_value_heads', 'num_kv_heads', 'n_kv_heads', 'n_head_kv', 'multi_query_group_num'],
  headDim: ['head_dim', 'kv_channels', 'attention_head_dim'],
  ffnSize: ['encoder_ffn_dim', 'intermediate_size', 'ffn_hidden_size', 'n_inner', 'ffn_dim', 'd_ff'],
  vocabSize: ['vocab_size', 'padded_vocab_size', 'n_vocab'],
  experts: ['num_experts', 'n_routed_experts', 'num_local_experts', 'moe_num_experts', 'num_moe_experts'],
  expertsPerToken: ['num_experts_per_tok', 'num_experts_per_token', 'moe_topk', 'moe_top_k', 'moe_k', 'top_k_experts'],
  expertFfnSize: ['moe_intermediate_size', 'expert_ffn_size', 'moe_ffn_hidden_size', 'expert_hidden_size'],
  sharedExperts: ['n_shared_experts', 'num_shared_experts', 'num_shared_expert', 'moe_num_shared_experts'],
  windowTokens: ['sliding_window', 'sliding_window_size', 'attention_window_size'],
  predictionLayers: ['num_nextn_predict_layers', 'mtp_num_hidden_layers', 'num_mtp_layers'],
}

/** The names that multimodal configs use for the config of their language model. */
const LANGUAGE_MODELS = ['text_config', 'language_config', 'llm_config', 'thinker_config', 'language_model_config']

/** Deeper nesting than any config has: `thinker_config.text_config` has two levels. */
const MAX_LEVELS = 3

/** Reads the sizes of the language model in a config of an unknown family. */
export function genericSizes(config: ConfigObject): GenericSizes {
  const levels = languageModelLevels(config)
  const sizes: { -readonly [Name in keyof GenericSizes]: number } = {}
  for (const name of namesOfSizes()) {
    const size = levels.map((level) => sizeIn(level, NAMES[name])).find((found) => found !== undefined)
    if (size !== undefined) sizes[name] = size
  }
  if (levels.some(({ use_sliding_window: used }) => used === false)) delete sizes.windowTokens
  return sizes
}

/** The value of a field of the language model, or of the whole config. */
export function genericField(config: ConfigObject, name: string): unknown {
  return languageModelLevels(config).find((level) => Object.hasOwn(level, name))?.[name]
}

/** The configs from the innermost language model to the whole. */
function languageModelLevels(config: ConfigObject): readonly ConfigObject[] {
  const levels = [config]
  let level: ConfigObject = config
  while (levels.length < MAX_LEVELS) {
    const inner = LANGUAGE_MODELS.map((name) => level[name]).find(isObject)
    if (inner === undefined) break
    levels.unshift(inner)
    level = inner
  }
  return levels
}

function namesOfSizes(): readonly (keyof GenericSizes)[] {
  return Object.keys(NAMES).filter((name): name is keyof GenericSizes => name in NAMES)
}

function sizeIn(config: ConfigObject, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = Object.hasOwn(config, name) ? config[name] : undefined
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  }
  return undefined
}
