import { fusedAttention } from '../blocks/attention.js'
import { convolution } from '../blocks/convolution.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm, rmsNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import type { ConfigReader } from '../config-reader.js'
import type { ForwardPass } from '../forward/index.js'
import { container, type Module, repeated, tower } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'

/**
 * ChatGLM 2 and 3, GLM-4-9B and GLM-4V-9B (GLM team 2024, arXiv:2406.12793), in the classes of their authors. The base model
 * holds the output embedding too.
 */
export const chatglm = headedFamily({
  modelType: 'chatglm',
  // Its decoder layers are in a module that is called `encoder`.
  encodes: false,
  name: 'ChatGLM',
  prefix: 'transformer',
  fieldNames: {
    vocab_size: 'padded_vocab_size',
    intermediate_size: 'ffn_hidden_size',
    num_hidden_layers: 'num_layers',
    num_key_value_heads: 'multi_query_group_num',
    max_position_embeddings: 'seq_length',
  },
  defaults: {
    vocab_size: 65_024,
    hidden_size: 4096,
    intermediate_size: 13_696,
    num_hidden_layers: 28,
    num_attention_heads: 32,
    num_key_value_heads: 1,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  build(stated, config) {
    const shared = config.boolean('multi_query_attention', false)
    const vocabSize = config.positive(['padded_vocab_size', 'vocab_size'], 65_024)
    const sizes = {
      ...stated,
      vocabSize,
      kvHeads: shared ? stated.kvHeads : stated.heads,
      headDim: config.positive('kv_channels', 128),
      tiedEmbeddings: false,
    }
    const { hiddenSize, ffnSize, layers } = sizes
    const bias = config.boolean('add_bias_linear', false)
    const norm = config.boolean('rmsnorm', true) ? rmsNorm(hiddenSize) : layerNorm(hiddenSize)
    const layer = container('GLMBlock', {
      input_layernorm: norm,
      self_attention: fusedAttention({
        ...sizes,
        qkvBias: bias || config.boolean('add_qkv_bias', false),
        outputBias: bias,
        names: ['query_key_value', 'dense'],
        type: 'SelfAttention',
      }),
      post_attention_layernorm: norm,
      mlp: container(
        'MLP',
        {
          dense_h_to_4h: linear(hiddenSize, 2 * ffnSize, { bias }),
          dense_4h_to_h: linear(ffnSize, hiddenSize, { bias }),
        },
        { part: 'mlp' },
      ),
    })
    const model = container('ChatGLMModel', {
      embedding: container('Embedding', { word_embeddings: embedding(vocabSize, hiddenSize) }),
      encoder: container('GLMTransformer', {
        layers: repeated(layers, layer),
        final_layernorm: config.boolean('post_layer_norm', true) ? norm : undefined,
      }),
      output_layer: { ...linear(hiddenSize, vocabSize), part: 'head' },
      vision: config.has('vision_config') ? visionModel(config.object('vision_config'), sizes) : undefined,
    })
    return {
      model,
      heads: {
        ForConditionalGeneration: {},
        // The files of the authors name the base class, and hold the names of the class above.
        Model: {},
        ForSequenceClassification: { classifier_head: linear(hiddenSize, labelCount(config), { bias: true }) },
      },
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    }
  },
  loraTargets: ['query_key_value'],
  forward: chatglmForward,
})

/** The code of ChatGLM 2 and 3, which their vocabulary tells from that of GLM-4-9B, has tokens before sequences. */
function chatglmForward(config: ConfigReader): ForwardPass {
  const isOlder = config.positive(['padded_vocab_size', 'vocab_size'], OLDER_VOCABULARY) === OLDER_VOCABULARY
  const rotatedFeatures = Math.floor(config.positive('kv_channels', 128) / 2)
  const scalesByLayer = config.boolean('apply_query_key_layer_scaling', true)
  const rate = config.number('hidden_dropout', 0)
  return {
    rotation: {
      features: rotatedFeatures,
      stackedPositions: config.positive('seq_length', 2048),
      frequencies: 'recomputed',
    },
    places: 'none',
    ...(isOlder && { embedding: 'tokensOutside' }),
    bufferElements: rotatedFeatures / 2,
    norm: config.boolean('rmsnorm', true) ? 'rmsNormOfInputWide' : 'layerNorm',
    masks: { size: 'none' },
    attention: {
      written: {
        kind: 'neighbourPairs',
        rotatedFeatures,
        tokensOutside: isOlder,
        sharesKeys: config.boolean('multi_query_attention', false),
        float32Scores: scalesByLayer || config.boolean('attention_softmax_in_fp32', true),
        scalesByLayer,
      },
    },
    feedForward: { activation: 'silu', halved: true },
    residual: { order: 'sequential', keepsNormalised: 'untilNext', keepsSecond: true, keepsAttended: true },
    dropout: {
      attention: config.number('attention_dropout', 0),
      attended: rate,
      fed: rate,
      place: 'behindBlocks',
      fixed: ['attended', 'fed'],
    },
    joinsCaches: !isOlder,
    recomputes: isOlder ? 'reentrant' : 'nonReentrant',
    logits: { shifts: 'float32', castsBack: true, turns: isOlder },
    says: [
      `the code of ${isOlder ? 'ChatGLM3-6B' : 'GLM-4-9B'}, as the vocabulary tells`,
      'rotation as its operations run one by one; torch may join some, because the code compiles it as a script',
    ],
    undescribed: undescribedOf(config),
  }
}

const OLDER_VOCABULARY = 65_024

function undescribedOf(config: ConfigReader): string | undefined {
  if (config.has('vision_config'))
    return 'no model of the images of GLM-4V-9B, whose code only its authors have: remove `vision_config` to estimate the language model'
  if (config.has('pre_seq_len'))
    return '`pre_seq_len` trains a prefix, which has no model: remove it to estimate without'
  if (config.boolean('apply_residual_connection_post_layernorm', false))
    return '`apply_residual_connection_post_layernorm` adds the normalised states, which has no model: set it to false to estimate'
  if (config.boolean('fp32_residual_connection', false))
    return '`fp32_residual_connection` keeps the stream in float32, which has no model: set it to false to estimate'
  return undefined
}

/** GLM-4V's image encoder, EVA-02-CLIP (Sun et al. 2023, arXiv:2303.15389), and a gated network after it. */
function visionModel(config: ConfigReader, text: { readonly hiddenSize: number; readonly ffnSize: number }): Module {
  const hiddenSize = config.positive('hidden_size', 1792)
  const ffnSize = config.integer('intermediate_size', 15_360)
  const patch = config.positive('patch_size', 14)
  const norm = layerNorm(hiddenSize)
  const layer = container('TransformerLayer', {
    input_layernorm: norm,
    attention: container(
      'Attention',
      {
        query_key_value: linear(hiddenSize, 3 * hiddenSize, { bias: true }),
        dense: linear(hiddenSize, hiddenSize, { bias: true }),
      },
      { part: 'attention' },
    ),
    mlp: plainMlp({ hiddenSize, ffnSize, bias: true, names: ['fc1', 'fc2'] }),
    post_attention_layernorm: norm,
  })
  const mark = [1, 1, text.hiddenSize]
  return tower(
    'vision',
    container(
      'EVA2CLIPModel',
      {
        patch_embedding: container(
          'PatchEmbedding',
          {
            proj: convolution(config.integer('in_channels', 3), hiddenSize, [patch, patch]),
            position_embedding: embedding(config.integer('num_positions', 6401), hiddenSize),
          },
          { parameters: { cls_embedding: [1, hiddenSize] } },
        ),
        transformer: container('Transformer', {
          layers: repeated(config.integer('num_hidden_layers', 63), layer),
        }),
        linear_proj: container('GLU', {
          linear_proj: linear(text.hiddenSize, text.hiddenSize),
          norm1: layerNorm(text.hiddenSize),
          ...gatedMlp({ ...text, names: ['gate_proj', 'dense_h_to_4h', 'dense_4h_to_h'] }).children,
        }),
        conv: convolution(hiddenSize, text.hiddenSize, [2, 2]),
      },
      { parameters: { boi: mark, eoi: mark } },
    ),
  )
}
