import { attention } from '../blocks/attention.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { depthwiseConv } from '../blocks/depthwise-conv.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { partialRotation } from '../forward/rotation.js'
import { container, listOf, type Module, range } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'

/** RecurrentGemma (Botev et al. 2024, arXiv:2404.07839): Griffin, two recurrent layers to one with local attention. */
export const recurrentGemma = causalLmFamily({
  modelType: 'recurrent_gemma',
  name: 'RecurrentGemma',
  attributeMap: { sliding_window: 'attention_window_size' },
  defaults: {
    vocab_size: 256_000,
    hidden_size: 2560,
    intermediate_size: 7680,
    num_hidden_layers: 26,
    num_attention_heads: 10,
    tie_word_embeddings: true,
  },
  build(stated, config) {
    // `intermediate_size` is the width of gate and up projection together.
    const sizes = { ...stated, ffnSize: Math.floor(stated.ffnSize / 2) }
    const { hiddenSize, heads, layers } = sizes
    const norm = rmsNorm(hiddenSize)
    const width = config.derived('lru_width', hiddenSize)
    const kernel = config.positive('conv1d_width', 4)
    const recurrence = container(
      'RecurrentGemmaRecurrentBlock',
      {
        linear_y: linear(hiddenSize, width, { bias: true }),
        linear_x: linear(hiddenSize, width, { bias: true }),
        linear_out: linear(width, hiddenSize, { bias: true }),
        conv_1d: depthwiseConv(width, kernel, { bias: true }),
        rg_lru: gatedLinearRecurrence(width, heads),
      },
      { part: 'recurrence', state: { convolution: { channels: width, kernel }, elements: width } },
    )
    const qkvBias = config.boolean('attention_bias', false)
    const attends = attending(config)
    const layer = (local: boolean) =>
      container('RecurrentGemmaDecoderLayer', {
        temporal_pre_norm: norm,
        temporal_block: local ? attention({ ...sizes, qkvBias, outputBias: true }) : recurrence,
        channel_pre_norm: norm,
        mlp_block: gatedMlp({ ...sizes, bias: true }),
      })
    const windowTokens = range(layers).some(attends) ? config.integer('attention_window_size', 2048) : undefined
    return {
      model: decoderModel('RecurrentGemmaModel', {
        ...sizes,
        layers: listOf(layers, attends, layer),
        norm,
        lastNorm: 'final_norm',
      }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, windowTokens }),
    }
  },
  unreplayed: ['input gradients of transformers 5'],
  forward(config, dimensions) {
    const { features } = partialRotation(config, dimensions, 0.5)
    return {
      says: [
        'layers as in transformers 5.24; 4.57 stops in the second step of training, as its blocks keep the graph of the step before',
      ],
      embedding: 'scaledForFirstLayer',
      rotation: { features, concatenates: true, tables: 'inLayers', frequencies: 'recomputed', receivers: 'attention' },
      norm: 'rmsNormPlusOne',
      masks: { forEachKind: false },
      mixers: { temporal_block: { kind: 'gatedRecurrence', having: 'rg_lru', states: 'assigned' } },
      feedForward: { activation: config.string('hidden_activation', 'gelu_pytorch_tanh') },
      residual: { order: 'sequential', keepsNormalised: true, keepsAttended: 'untilNext' },
      // The factor of the embeddings.
      bufferElements: 1,
      // Each attention has its frequencies twice.
      float32BufferElements: range(dimensions.layers).filter(attending(config)).length * Number(features),
      logits: { form: 'capped' },
    }
  },
})

/** The real-gated linear recurrent unit (De et al. 2024, arXiv:2402.19427); its gates are block-diagonal. */
function gatedLinearRecurrence(width: number, heads: number): Module {
  const block = Math.floor(width / heads)
  return {
    type: 'RecurrentGemmaRglru',
    parameters: {
      recurrent_param: [width],
      input_gate_weight: [heads, block, block],
      input_gate_bias: [heads, block],
      recurrent_gate_weight: [heads, block, block],
      recurrent_gate_bias: [heads, block],
    },
  }
}

/** Which layers have attention. */
function attending(config: ConfigReader): (index: number) => boolean {
  const pattern = blockTypes(config) ?? ['recurrent', 'recurrent', 'attention']
  return (index) => pattern[index % pattern.length] === 'attention'
}

function blockTypes(config: ConfigReader): readonly string[] | undefined {
  const types = config.strings('block_types')
  const unknown = types?.findIndex((type) => type !== 'recurrent' && type !== 'attention') ?? -1
  if (unknown >= 0) throw config.invalidItem('block_types', unknown, 'one of recurrent, attention')
  return types
}
