import { bertAttention, bertEmbeddings, bertEncoder, bertPooler, denseAndNorm, maskedLmHead } from '../blocks/bert.js'
import { BERT_DEFAULTS, decoderDimensions } from '../blocks/decoder-sizes.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { container, type Module } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'

/** Jina Embeddings 2 (Günther et al. 2023, arXiv:2310.19923) in the class of its authors: BERT with gates and without position embeddings. */
export const jinaBert = headedFamily({
  modelType: 'jina_bert',
  ownCode: /\bmodeling_bert\.JinaBert/,
  name: 'JinaBert',
  undescribed: 'only its authors have the code, in two versions; measure a step with torch.cuda.max_memory_allocated',
  prefix: 'bert',
  defaults: BERT_DEFAULTS,
  build(sizes, config) {
    const { hiddenSize, vocabSize, layers, heads, ffnSize } = sizes
    const encoder = {
      embeddings: bertEmbeddings(hiddenSize, {
        words: vocabSize,
        positions: config.string('position_embedding_type', 'absolute') === 'alibi' ? undefined : sizes.contextTokens,
        segments: config.integer('type_vocab_size', 2),
      }),
      encoder: bertEncoder(layers, normsQueries(config) ? layerWithHeadNorms(sizes) : layer(sizes)),
    }
    const bare = container('JinaBertModel', encoder)
    const pooled = container('JinaBertModel', { ...encoder, pooler: bertPooler(hiddenSize) })
    const transform = { transform: container('JinaBertPredictionHeadTransform', denseAndNorm(hiddenSize, hiddenSize)) }
    const input = sizes.tiedEmbeddings ? 'bert.embeddings.word_embeddings' : undefined
    const predictions = maskedLmHead('cls.predictions', transform, { features: hiddenSize, vocabSize }, input)
    const classifier = linear(hiddenSize, labelCount(config), { bias: true })
    return {
      model: pooled,
      modelOf: (suffix) => (suffix === 'ForSequenceClassification' ? pooled : bare),
      heads: {
        ForMaskedLM: { cls: container('JinaBertOnlyMLMHead', { predictions }) },
        ForSequenceClassification: { classifier },
        ForTokenClassification: { classifier },
        ForQuestionAnswering: { qa_outputs: classifier },
      },
      dimensions: decoderDimensions({ ...sizes, kvHeads: heads, ffnSize }, { gatedMlp: true }),
    }
  },
})

/** The two versions of the class differ in their norms. Configs say which one it is only by the repository with the code. */
function normsQueries(config: ConfigReader): boolean {
  const map = config.object('auto_map')
  return map.names().some((name) => String(map.raw(name)).includes('qk-post-norm'))
}

interface LayerSizes {
  readonly hiddenSize: number
  readonly ffnSize: number
}

function layer({ hiddenSize, ffnSize }: LayerSizes): Module {
  return container('JinaBertLayer', {
    attention: bertAttention(hiddenSize),
    mlp: container(
      'JinaBertGLUMLP',
      {
        gated_layers: linear(hiddenSize, 2 * ffnSize),
        wo: linear(ffnSize, hiddenSize, { bias: true }),
        layernorm: layerNorm(hiddenSize),
      },
      { part: 'mlp' },
    ),
  })
}

function layerWithHeadNorms({ hiddenSize, ffnSize }: LayerSizes): Module {
  const norm = layerNorm(hiddenSize)
  const projection = linear(hiddenSize, hiddenSize, { bias: true })
  const self = { query: projection, key: projection, value: projection, layer_norm_q: norm, layer_norm_k: norm }
  return container('JinaBertLayer', {
    attention: container(
      'JinaBertAttention',
      {
        self: container('JinaBertSelfAttention', self),
        output: container('JinaBertSelfOutput', { dense: projection }),
      },
      { part: 'attention' },
    ),
    layer_norm_1: norm,
    layer_norm_2: norm,
    mlp: container(
      'JinaBertGLUMLP',
      {
        up_gated_layer: linear(hiddenSize, 2 * ffnSize),
        down_layer: linear(ffnSize, hiddenSize, { bias: true }),
      },
      { part: 'mlp' },
    ),
  })
}
