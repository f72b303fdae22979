import { bertAttention } from '../blocks/bert.js'
import { convolution } from '../blocks/convolution.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { tree } from '../blocks/tree.js'
import { patchesIn, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { container, listOf, type Module, repeated, tower } from '../module.js'
import { blip2Images } from '../senses/blip-2.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** BLIP-2 (Li et al. 2023, arXiv:2301.12597): learned queries that read an image for OPT or T5. */
export const blip2 = multimodalFamily({
  modelType: 'blip-2',
  name: 'Blip2',
  holds: 'whole',
  loraTargets: ['q', 'v', 'q_proj', 'v_proj'],
  text: { family: 'opt' },
  keptInFloat32: ['query_tokens', 'qformer'],
  undescribed: 'there is a model of its language model, T5: pass the `text_config` alone',
  images: blip2Images,
  changes: (forward, config) => ({
    ...forward,
    needsImages: 'BLIP-2 reads an image with every text: pass `images: 1`',
    ...(config.object('text_config').string('model_type', 'opt') !== 'opt' && {
      undescribed: 'BLIP-2 with another language model than OPT; pass the `text_config` alone',
    }),
    rates: { ...forward.rates, ...formerDropout(config.object('qformer_config')) },
    // Its code makes a mask of ones, and computes the loss itself on logits in the dtype of the weights.
    places: 'ofGivenMask',
    logits: { ...forward.logits, shifts: 'model', prefill: 'allTokens' },
  }),
  beside(config, { text }) {
    const queries = config.object('qformer_config')
    const width = queries.positive('hidden_size', 768)
    // Whatever `encoder_hidden_size` is: the class overwrites it.
    const seen = config.object('vision_config').positive('hidden_size', 1408)
    return {
      vision_model: tower('vision', visionModel(config.object('vision_config'))),
      qformer: tower('projector', queryingTransformer(queries, width, seen)),
      language_projection: tower('projector', linear(width, text.hiddenSize, { bias: true })),
    }
  },
  parameters: (config) => ({
    query_tokens: [
      1,
      config.integer('num_query_tokens', 32),
      config.object('qformer_config').positive('hidden_size', 768),
    ],
  }),
})

/** The rates of dropout in the Q-Former, by their fields. */
function formerDropout(config: ConfigReader): Readonly<Record<string, number>> {
  const rates = ['hidden_dropout_prob', 'attention_probs_dropout_prob'].map(
    (field) => [`qformer_config.${field}`, config.number(field, 0.1)] as const,
  )
  return Object.fromEntries(rates.filter(([, rate]) => rate > 0))
}

/** The encoder of EVA-CLIP (Fang et al. 2022, arXiv:2211.07636). */
function visionModel(config: ConfigReader): Module {
  const sizes = visionSizes(config, {
    hidden_size: 1408,
    intermediate_size: 6144,
    num_hidden_layers: 39,
    num_attention_heads: 16,
    patch_size: 14,
  })
  const { hiddenSize, ffnSize, patch } = sizes
  const layer = tree('Blip2EncoderLayer', {
    'self_attn.qkv': linear(hiddenSize, 3 * hiddenSize, { bias: config.boolean('qkv_bias', true) }),
    'self_attn.projection': linear(hiddenSize, hiddenSize, { bias: true }),
    'layer_norm{1,2}': layerNorm(hiddenSize),
    'mlp.fc1': linear(hiddenSize, ffnSize, { bias: true }),
    'mlp.fc2': linear(ffnSize, hiddenSize, { bias: true }),
  })
  return tree('Blip2VisionModel', {
    'embeddings.class_embedding': [1, 1, hiddenSize],
    'embeddings.position_embedding': [1, patchesIn(config, sizes, 224) + 1, hiddenSize],
    // Colours, whatever `num_channels` is.
    'embeddings.patch_embedding': convolution(3, hiddenSize, [patch, patch]),
    'encoder.layers': repeated(sizes.layers, layer),
    post_layernorm: layerNorm(hiddenSize),
  })
}

/** BERT's layers, of which some attend to the image, too. */
function queryingTransformer(config: ConfigReader, hiddenSize: number, seen: number): Module {
  const ffnSize = config.integer('intermediate_size', 3072)
  const period = config.positive('cross_attention_frequency', 2)
  const reads = config.boolean('use_qformer_text_input', false)
  const attention = bertAttention(hiddenSize)
  const ffn = (suffix: string) => ({
    [`intermediate${suffix}.dense`]: linear(hiddenSize, ffnSize, { bias: true }),
    [`output${suffix}.dense`]: linear(ffnSize, hiddenSize, { bias: true }),
    [`output${suffix}.LayerNorm`]: layerNorm(hiddenSize),
  })
  const layer = (attends: boolean): Module =>
    tree('Blip2QFormerLayer', {
      'attention.attention': attention.children?.['self'],
      'attention.output': attention.children?.['output'],
      ...(attends && {
        'crossattention.attention.query': linear(hiddenSize, hiddenSize, { bias: true }),
        'crossattention.attention.{key,value}': linear(seen, hiddenSize, { bias: true }),
        'crossattention.output': attention.children?.['output'],
      }),
      ...(reads && ffn('')),
      ...ffn('_query'),
    })
  const layers = listOf(config.integer('num_hidden_layers', 12), (index) => index % period === 0, layer)
  return container('Blip2QFormerModel', {
    layernorm: layerNorm(hiddenSize),
    encoder: container('Blip2QFormerEncoder', { layer: layers }),
  })
}
