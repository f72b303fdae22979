import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, windowOf } from '../blocks/layer-types.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { range, repeated } from '../module.js'

/** SmolLM3 (Hugging Face 2025, https://huggingface.co/blog/smollm3): Llama with every fourth layer without rope. */
export const smollm3: Family = {
  modelTypes: ['smollm3'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 128_256,
      hidden_size: 2048,
      intermediate_size: 11_008,
      num_hidden_layers: 36,
      num_attention_heads: 16,
      num_key_value_heads: 4,
      max_position_embeddings: 32_768,
      tie_word_embeddings: true,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const withoutRope = (index: number) => (index + 1) % config.integer('no_rope_layer_interval', 4) === 0
    // A 0 in `no_rope_layers` is a layer without rope.
    const ropes = config.integers('no_rope_layers')
    const isUnrotated = (index: number) => (ropes ? ropes[index] === 0 : withoutRope(index))
    const hasWindow = config.boolean('use_sliding_window', false)
    const types = layerTypes(config, sizes.layers, (index) =>
      hasWindow && isUnrotated(index) ? 'sliding_attention' : 'full_attention',
    )
    const window = hasWindow ? windowOf(types, config.optionalInteger('sliding_window')) : {}
    const layer = preNormLayer('SmolLM3DecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias: bias, outputBias: bias }),
      mlp: gatedMlp({ ...sizes, bias: config.boolean('mlp_bias', false) }),
    })
    return causalLm({
      config,
      className,
      family: 'smollm3',
      name: 'SmolLM3',
      model: decoderModel('SmolLM3Model', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      questionAnsweringPrefix: 'transformer',
      computation: { unrotatedLayers: range(sizes.layers).filter(isUnrotated) },
      dimensions: decoderDimensions(sizes, { gatedMlp: true, ...window }),
    })
  },
}
