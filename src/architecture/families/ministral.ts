import { attention } from '../blocks/attention.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/**
 * Ministral (Mistral AI 2024, https://mistral.ai/news/ministraux): Mistral with the kind of each layer in the config.
 */
export const ministral = decoderFamily({
  modelType: 'ministral',
  name: 'Ministral',
  defaults: {
    vocab_size: 32_000,
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  attentionPattern(config, layers) {
    const windowTokens = slidingWindow(config, 4096)
    const type = windowTokens === undefined ? 'full_attention' : 'sliding_attention'
    return windowOf(
      layerTypes(config, layers, () => type),
      windowTokens,
    )
  },
  attention,
  mlp: gatedMlp,
  questionAnsweringPrefix: 'transformer',
  forward: llamaForward,
})
