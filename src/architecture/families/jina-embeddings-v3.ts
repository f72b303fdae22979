import { attention } from '../blocks/attention.js'
import { bertPooler, classificationHead, denseAndNorm, maskedLmHead } from '../blocks/bert.js'
import { decoderDimensions, JINA_EMBEDDINGS_3_DEFAULTS } from '../blocks/decoder-sizes.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { rotaryEncoder, withPooler } from '../blocks/rotary-encoder.js'
import { type Children, container, type Module, tied } from '../module.js'
import { rotaryEncoderProgram } from '../program/rotary-encoder.js'
import { headedFamily } from '../shapes/headed-family.js'

/** Jina Embeddings 3 (Sturua et al. 2024, arXiv:2409.10173): XLM-RoBERTa with rotary positions, without the task adapters. */
export const jinaEmbeddingsV3 = headedFamily({
  modelType: 'jina_embeddings_v3',
  encodes: true,
  name: 'JinaEmbeddingsV3',
  prefix: 'roberta',
  dropout: { hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 },
  defaults: JINA_EMBEDDINGS_3_DEFAULTS,
  build(sizes, config) {
    const { hiddenSize, vocabSize, ffnSize, heads, layers } = sizes
    const encoder = rotaryEncoder({
      name: 'JinaEmbeddingsV3',
      hiddenSize,
      words: vocabSize,
      segments: config.integer('type_vocab_size', 1),
      layers,
      attention: attention({ ...sizes, kvHeads: heads, qkvBias: true, outputBias: true }),
      mlp: plainMlp({ hiddenSize, ffnSize, bias: true, names: ['fc1', 'fc2'] }),
    })
    const transform = denseAndNorm(hiddenSize, hiddenSize, 'layer_norm')
    const lm_head = maskedLmHead('lm_head', transform, { features: hiddenSize, vocabSize }, undefined)
    const labels = labelCount(config)
    const classifier = linear(hiddenSize, labels, { bias: true })
    const bare = container('JinaEmbeddingsV3Model', encoder)
    return {
      model: container('JinaEmbeddingsV3Model', withPooler(encoder, bertPooler(hiddenSize))),
      isHeadFirst: () => true,
      modelOf: (suffix) => (suffix === 'ForMaskedLM' && sizes.tiedEmbeddings ? withTiedWords(bare, encoder) : bare),
      heads: {
        ForMaskedLM: { lm_head },
        ForSequenceClassification: { classifier: classificationHead(hiddenSize, labels) },
        ForTokenClassification: { classifier },
        ForQuestionAnswering: { qa_outputs: classifier },
      },
      dimensions: decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: false }),
    }
  },
  program: (config, dimensions, className) =>
    rotaryEncoderProgram(config, dimensions, className, {
      name: 'JinaEmbeddingsV3',
      prefix: 'roberta',
      activation: config.string('hidden_act', 'gelu'),
      isGated: false,
      dropsGated: false,
      segments: config.integer('type_vocab_size', 1),
      hasBuffers: true,
      handsPositions: false,
      contextTokens: 8194,
      maskedHead: 'lmHead',
      classifies: 'first',
      pools: true,
    }),
})

/** Here the class has the output embedding first, so that the input embedding is the one that is tied. */
function withTiedWords(model: Module, { embeddings, ...rest }: Children): Module {
  const { word_embeddings: words, ...others } = embeddings?.children ?? {}
  const tiedWords = words && { word_embeddings: tied(words, { weight: 'lm_head.decoder.weight' }) }
  return container(model.type, {
    embeddings: embeddings && { ...embeddings, children: { ...tiedWords, ...others } },
    ...rest,
  })
}
