import { bertAttention, bertLayer, classificationHead } from '../blocks/bert.js'
import { convolution } from '../blocks/convolution.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { type Table, tree } from '../blocks/tree.js'
import { sideOf } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { repeated } from '../module.js'
import { layoutlmv3Program } from '../program/layoutlmv3.js'
import { BERT_DEFAULTS } from '../shapes/bert-family.js'
import { headedFamily } from '../shapes/headed-family.js'

/** LayoutLMv3 (Huang et al. 2022, arXiv:2204.08387): reads a page as words with their places, and as patches of its image. */
export const layoutlmv3 = headedFamily({
  modelType: 'layoutlmv3',
  name: 'LayoutLMv3',
  prefix: 'layoutlmv3',
  encodes: true,
  dropout: { hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 },
  defaults: { ...BERT_DEFAULTS, vocab_size: 50_265 },
  program: (config, dimensions, className) => layoutlmv3Program(config, dimensions, className, 'layoutlmv3'),
  build(sizes, config) {
    const { hiddenSize, layers, heads } = sizes
    const layer = bertLayer('LayoutLMv3Layer', sizes, bertAttention(hiddenSize))
    const bins = (field: string, absent: number) => linear(config.positive(field, absent), heads)
    const isRelative = config.boolean('has_relative_attention_bias', true)
    const isSpatial = config.boolean('has_spatial_attention_bias', true)
    const model = tree('LayoutLMv3Model', {
      ...(config.boolean('text_embed', true) && words(config, sizes)),
      ...(config.boolean('visual_embed', true) && patches(config, hiddenSize)),
      'encoder.layer': repeated(layers, layer),
      'encoder.rel_pos_bias': isRelative ? bins('rel_pos_bins', 32) : undefined,
      'encoder.rel_pos_{x,y}_bias': isSpatial ? bins('rel_2d_pos_bins', 64) : undefined,
    })
    const labels = labelCount(config)
    const classifier = classificationHead(hiddenSize, labels)
    return {
      model,
      heads: {
        ForSequenceClassification: { classifier },
        // Many labels take a second layer.
        ForTokenClassification: { classifier: labels < 10 ? linear(hiddenSize, labels, { bias: true }) : classifier },
        ForQuestionAnswering: { qa_outputs: classifier },
      },
      dimensions: decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: false }),
    }
  },
})

function words(config: ConfigReader, sizes: { readonly vocabSize: number; readonly hiddenSize: number }): Table {
  const { vocabSize, hiddenSize } = sizes
  const places = config.positive('max_2d_position_embeddings', 1024)
  return {
    'embeddings.word_embeddings': embedding(vocabSize, hiddenSize),
    'embeddings.token_type_embeddings': embedding(config.integer('type_vocab_size', 2), hiddenSize),
    'embeddings.LayerNorm': layerNorm(hiddenSize),
    'embeddings.position_embeddings': embedding(config.positive('max_position_embeddings', 512), hiddenSize),
    'embeddings.{x,y}_position_embeddings': embedding(places, config.positive('coordinate_size', 128)),
    'embeddings.{h,w}_position_embeddings': embedding(places, config.positive('shape_size', 128)),
  }
}

function patches(config: ConfigReader, hiddenSize: number): Table {
  const patch = config.positive('patch_size', 16)
  const count = Math.floor(sideOf(config, 'input_size', 224) / patch) ** 2
  return {
    'patch_embed.proj': convolution(config.integer('num_channels', 3), hiddenSize, [patch, patch]),
    cls_token: [1, 1, hiddenSize],
    pos_embed: [1, count + 1, hiddenSize],
    '{LayerNorm,norm}': layerNorm(hiddenSize),
  }
}
