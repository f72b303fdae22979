import { layerTypes, windowOf } from '../blocks/layer-types.js'
import { llamaForward } from '../forward/llama-forward.js'
import { range } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** SmolLM3 (Hugging Face 2025, https://huggingface.co/blog/smollm3): Llama with every fourth layer without rope. */
export const smollm3 = decoderFamily({
  modelType: 'smollm3',
  liger: {},
  needsWindow: 'listed',
  name: 'SmolLM3',
  // It saves its default list whole.
  longerLists: ['no_rope_layers'],
  defaults: {
    vocab_size: 128_256,
    hidden_size: 2048,
    intermediate_size: 11_008,
    num_hidden_layers: 36,
    num_attention_heads: 16,
    num_key_value_heads: 4,
    max_position_embeddings: 32_768,
    tie_word_embeddings: true,
  },
  attentionPattern(config, layers) {
    const skips = (index: number) => (index + 1) % config.integer('no_rope_layer_interval', 4) === 0
    // A 0 in `no_rope_layers` is a layer without rope.
    const ropes = config.integers('no_rope_layers')
    if (ropes?.length === 0) throw config.invalid('no_rope_layers', 'an entry for each layer')
    const isUnrotated = (index: number) => (ropes ? ropes[index] === 0 : skips(index))
    const hasWindow = config.boolean('use_sliding_window', false)
    const types = layerTypes(config, layers, (index) =>
      hasWindow && isUnrotated(index) ? 'sliding_attention' : 'full_attention',
    )
    const window = hasWindow ? windowOf(types, config.optionalInteger('sliding_window')) : {}
    return { ...window, unrotatedLayers: range(layers).filter(isUnrotated) }
  },
  questionAnsweringPrefix: 'transformer',
  forward: llamaForward,
  tensorPlan: PLAN,
})
