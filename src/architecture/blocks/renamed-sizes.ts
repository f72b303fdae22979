import type { ConfigReader } from '../config-reader.js'
import type { FieldNames, SizeField } from '../family.js'
import { contextTokens } from './context-tokens.js'
import type { DecoderDefaults, DecoderSizes } from './decoder-sizes.js'

/** What the families of GPT-2's time call the fields of sizes. */
export const GPT_FIELD_NAMES: FieldNames = {
  hidden_size: 'n_embd',
  intermediate_size: 'n_inner',
  num_hidden_layers: 'n_layer',
  num_attention_heads: 'n_head',
  max_position_embeddings: 'n_positions',
}

/**
 * Reads the sizes of a model whose config has names of its own for them.
 *
 * @param names - what the family calls the common fields: `{ hidden_size: 'n_embd' }`
 * @param defaults - what its configuration class takes for those that a config leaves out; heads have no size of their own
 */
export function renamedSizes(config: ConfigReader, names: FieldNames, defaults: DecoderDefaults): DecoderSizes {
  const nameOf = (field: SizeField) => (config.has(field) ? field : (names[field] ?? field))
  const hiddenSize = config.positive(nameOf('hidden_size'), defaults.hidden_size)
  const heads = config.positive(nameOf('num_attention_heads'), defaults.num_attention_heads)
  const kvHeads = defaults.num_key_value_heads ?? heads
  const ffnSize = defaults.intermediate_size ?? 4 * hiddenSize
  return {
    vocabSize: config.positive(nameOf('vocab_size'), defaults.vocab_size),
    hiddenSize,
    // Some of these families have no field for it: it is always four times the hidden size.
    ffnSize: names.intermediate_size ? config.integer(nameOf('intermediate_size'), ffnSize) : ffnSize,
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

/** The number of learned positions, which no rope scaling stretches. */
export function positionCount(config: ConfigReader, name: string, absent: number): number {
  return config.positive(config.has('max_position_embeddings') ? 'max_position_embeddings' : name, absent)
}
