import { bertAttention, bertEmbeddings, bertEncoder, bertLayer } from '../blocks/bert.js'
import { BERT_DEFAULTS } from '../blocks/decoder-sizes.js'
import { linear } from '../blocks/linear.js'
import { longformerProgram } from '../program/longformer.js'
import { headedFamily } from '../shapes/headed-family.js'
import { robertaHeads } from '../shapes/roberta-heads.js'

/** Longformer (Beltagy et al. 2020, arXiv:2004.05150): RoBERTa with a window, and projections of their own for tokens that see all others. */
export const longformer = headedFamily({
  modelType: 'longformer',
  name: 'Longformer',
  prefix: 'longformer',
  defaults: BERT_DEFAULTS,
  dropout: { hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers, contextTokens } = sizes
    const projection = linear(hiddenSize, hiddenSize, { bias: true })
    const also = { query_global: projection, key_global: projection, value_global: projection }
    const parts = {
      embeddings: bertEmbeddings(hiddenSize, {
        words: vocabSize,
        positions: contextTokens,
        segments: config.integer('type_vocab_size', 2),
      }),
      encoder: bertEncoder(layers, bertLayer('LongformerLayer', sizes, bertAttention(hiddenSize, { also }))),
    }
    return robertaHeads({ name: 'Longformer', prefix: 'longformer', parts }, sizes, config)
  },
  program: (config, dimensions, className) => longformerProgram(config, dimensions, className, 'longformer'),
})
