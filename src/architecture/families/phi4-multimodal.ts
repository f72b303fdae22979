import { fusedAttention } from '../blocks/attention.js'
import { fusedGatedMlp } from '../blocks/gated-mlp.js'
import { windowInAllLayers } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { phi4Audio } from '../blocks/phi4-audio.js'
import { siglipTransformer } from '../blocks/siglip.js'
import { visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { phi3Forward } from '../forward/phi3-forward.js'
import { container, type Module, tower } from '../module.js'
import { phi4Images } from '../senses/phi4.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** Phi-4-multimodal (Microsoft 2025, arXiv:2503.01743): Phi-4-mini with encoders of images and of sound among its embeddings. */
export const phi4Multimodal = decoderFamily({
  modelType: 'phi4_multimodal',
  name: 'Phi4Multimodal',
  defaults: {
    vocab_size: 200_064,
    hidden_size: 3072,
    intermediate_size: 8192,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  images: phi4Images,
  seeingClass: 'ForCausalLM',
  attentionPattern: windowInAllLayers(),
  attention: (sizes) => fusedAttention({ ...sizes, outputFirst: true, type: 'Phi4MultimodalAttention' }),
  mlp: fusedGatedMlp,
  forward: (config, dimensions) => ({
    ...phi3Forward(config, dimensions),
    // The means and deviations of a spectrogram.
    bufferElements: 2 * config.object('audio_config').integer('input_size', 80),
  }),
  also: ({ hiddenSize }, config) => ({
    embed_tokens_extend: container('Phi4MultimodalFeatureEmbedding', {
      image_embed: imageEmbedding(partOf(config, 'vision_config'), hiddenSize),
      audio_embed: audioEmbedding(partOf(config, 'audio_config'), hiddenSize),
    }),
  }),
  undivided: NOT_REPLAYED,
})

/** The config of a part. The class of transformers 4.57 has no default for it. */
function partOf(config: ConfigReader, name: string): ConfigReader {
  if (!config.has(name)) config.doubt(`${name} is absent: transformers 4.57 expects it, and fails.`)
  return config.object(name)
}

/** SigLIP's encoder, two linear layers, and learned vectors that stand between the parts of an image. */
function imageEmbedding(config: ConfigReader, hiddenSize: number): Module {
  const sizes = visionSizes(config, {
    hidden_size: 1152,
    intermediate_size: 4304,
    num_hidden_layers: 27,
    num_attention_heads: 16,
    patch_size: 14,
  })
  const features = sizes.hiddenSize
  const children = {
    img_processor: siglipTransformer(config.withDefaults({ image_size: 448 }), sizes),
    img_projection_up: linear(features, hiddenSize, { bias: true }),
    img_projection_down: linear(hiddenSize, hiddenSize, { bias: true }),
  }
  const parameters = {
    global_img_feature_extensor: [1, 1, features],
    sub_img_feature_extensor: [1, 1, 1, features],
  }
  return tower('vision', container('Phi4MultimodalImageEmbedding', children, { parameters }))
}

/** The encoder, with a projection for sound alone and one for sound with images. */
function audioEmbedding(config: ConfigReader, hiddenSize: number): Module {
  const { module: encoder, outFeatures } = phi4Audio(config)
  const up = linear(outFeatures, hiddenSize, { bias: true })
  const down = linear(hiddenSize, hiddenSize, { bias: true })
  return tower(
    'audio',
    container('Phi4MultimodalAudioEmbedding', {
      encoder,
      up_proj_for_speech: up,
      down_proj_for_speech: down,
      up_proj_for_vision_speech: up,
      down_proj_for_vision_speech: down,
    }),
  )
}
