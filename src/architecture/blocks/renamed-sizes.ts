import type { ConfigReader } from '../config-reader.js'
import type { FieldNames, SizeField } from '../family.js'
import { contextTokens } from './context-tokens.js'
import type { DecoderDefaults, DecoderSizes } from './decoder-sizes.js'

/** The names that GPT-2 and similar families use for the fields of sizes. */
export const GPT_FIELD_NAMES: FieldNames = {
  hidden_size: 'n_embd',
  intermediate_size: 'n_inner',
  num_hidden_layers: 'n_layer',
  num_attention_heads: 'n_head',
  max_position_embeddings: 'n_positions',
}

/**
 * Reads the sizes of a model whose config uses other field names.
 *
 * @param names - the family's names for the common fields: `{ hidden_size: 'n_embd' }`
 * @param defaults - the defaults of its configuration class; there is no separate head size
 */
export function renamedSizes(config: ConfigReader, names: FieldNames, defaults: DecoderDefaults): DecoderSizes {
  const nameOf = (field: SizeField) => (config.has(field) ? field : (names[field] ?? field))
  const hiddenSize = config.positive(nameOf('hidden_size'), defaults.hidden_size)
  const heads = config.positive(nameOf('num_attention_heads'), defaults.num_attention_heads)
  const kvHeads = defaults.num_key_value_heads ?? heads
  const ffnSize = defaults.intermediate_size ?? 4 * hiddenSize
  const noFfn = defaults.intermediate_size === undefined ? ffnSize : undefined
  return {
    vocabSize: config.positive(nameOf('vocab_size'), defaults.vocab_size),
    hiddenSize,
    // Some of these families have no field for it. It is then four times the hidden size.
    ffnSize: names.intermediate_size ? config.integer(nameOf('intermediate_size'), ffnSize, noFfn) : ffnSize,
    layers: config.integer(nameOf('num_hidden_layers'), defaults.num_hidden_layers),
    heads,
    kvHeads: names.num_key_value_heads ? config.integer(nameOf('num_key_value_heads'), kvHeads) : kvHeads,
    headDim: Math.floor(hiddenSize / heads),
    contextTokens: contextTokens(
      config,
      config.optionalInteger(nameOf('max_position_embeddings')) ?? defaults.max_position_embeddings,
    ),
    tiedEmbeddings: config.boolean('tie_word_embeddings', defaults.tie_word_embeddings),
  }
}

/** The number of learned positions. Rope scaling does not apply to them. */
export function positionCount(config: ConfigReader, name: string, absent: number): number {
  return config.positive(config.has('max_position_embeddings') ? 'max_position_embeddings' : name, absent)
}
