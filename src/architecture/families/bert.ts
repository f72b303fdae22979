import {
  bertEmbeddings,
  bertEncoder,
  bertPooler,
  configuredBertLayer,
  denseAndNorm,
  maskedLmHead,
} from '../blocks/bert.js'
import { BERT_DEFAULTS, decoderDimensions } from '../blocks/decoder-sizes.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { container } from '../module.js'
import { bertProgram } from '../program/bert-program.js'
import { headedFamily } from '../shapes/headed-family.js'

/** BERT (Devlin et al. 2018, arXiv:1810.04805): an encoder with a norm after each block. */
export const bert = headedFamily({
  modelType: 'bert',
  dropout: { hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 },
  name: 'Bert',
  prefix: 'bert',
  defaults: BERT_DEFAULTS,
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers, heads } = sizes
    const positions = config.integer('max_position_embeddings', 512)
    const parts = {
      embeddings: bertEmbeddings(hiddenSize, {
        words: vocabSize,
        positions,
        segments: config.integer('type_vocab_size', 2),
      }),
      encoder: bertEncoder(layers, configuredBertLayer('BertLayer', config, sizes)),
    }
    const bare = container('BertModel', parts)
    const model = container('BertModel', { ...parts, pooler: bertPooler(hiddenSize) })
    const input = sizes.tiedEmbeddings ? 'bert.embeddings.word_embeddings' : undefined
    const transform = { transform: container('Transform', denseAndNorm(hiddenSize, hiddenSize)) }
    const predictions = maskedLmHead('cls.predictions', transform, { features: hiddenSize, vocabSize }, input)
    const labels = linear(hiddenSize, labelCount(config), { bias: true })
    const next = linear(hiddenSize, 2, { bias: true })
    const pooled = new Set([
      'ForPreTraining',
      'ForNextSentencePrediction',
      'ForSequenceClassification',
      'ForMultipleChoice',
    ])
    return {
      model,
      modelOf: (suffix) => (pooled.has(suffix) ? model : bare),
      heads: {
        LMHeadModel: { cls: container('OnlyMLMHead', { predictions }) },
        ForMaskedLM: { cls: container('OnlyMLMHead', { predictions }) },
        ForPreTraining: { cls: container('PreTrainingHeads', { predictions, seq_relationship: next }) },
        ForNextSentencePrediction: { cls: container('OnlyNSPHead', { seq_relationship: next }) },
        ForSequenceClassification: { classifier: labels },
        ForTokenClassification: { classifier: labels },
        ForQuestionAnswering: { qa_outputs: labels },
        ForMultipleChoice: { classifier: linear(hiddenSize, 1, { bias: true }) },
      },
      dimensions: decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: false }),
    }
  },
  program(config, dimensions, className) {
    return bertProgram(config, dimensions, className, { name: 'Bert', prefix: 'bert' })
  },
  loraTargets: ['query', 'value'],
})
