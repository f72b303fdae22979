import { attention } from '../blocks/attention.js'
import { LLAMA_DEFAULTS } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { windowInAllLayers } from '../blocks/layer-types.js'
import type { DecoderFamilyOptions } from './decoder-family.js'

/**
 * What Mistral's models share: the sizes of the first one, and Llama's blocks, but their classes read neither `attention_bias` nor `mlp_bias`, and the window of
 * `sliding_window` tokens in every layer.
 *
 * @param absent - the class default of the window; without it, an absent field means no window
 */
export function mistralBody(absent?: number) {
  return {
    defaults: {
      ...LLAMA_DEFAULTS,
      intermediate_size: 14_336,
      num_key_value_heads: 8,
      max_position_embeddings: 131_072,
    },
    attentionPattern: windowInAllLayers(absent),
    attention,
    mlp: gatedMlp,
  } satisfies Partial<DecoderFamilyOptions>
}
