import { bertEmbeddings, bertEncoder, bertLayer } from '../blocks/bert.js'
import { BERT_DEFAULTS } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { container } from '../module.js'
import { mpnetProgram } from '../program/mpnet.js'
import { headedFamily } from '../shapes/headed-family.js'
import { robertaHeads } from '../shapes/roberta-heads.js'

/** MPNet (Song et al. 2020, arXiv:2004.09297): BERT with a bias for each distance and head, the same in all layers. */
export const mpnet = headedFamily({
  modelType: 'mpnet',
  name: 'MPNet',
  prefix: 'mpnet',
  dropout: { hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 },
  defaults: { ...BERT_DEFAULTS, vocab_size: 30_527 },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers, heads } = sizes
    const square = linear(hiddenSize, hiddenSize, { bias: true })
    const attention = container(
      'MPNetAttention',
      {
        attn: container('MPNetSelfAttention', { q: square, k: square, v: square, o: square }),
        LayerNorm: layerNorm(hiddenSize),
      },
      { part: 'attention' },
    )
    const buckets = config.integer('relative_attention_num_buckets', 32)
    const parts = {
      embeddings: bertEmbeddings(hiddenSize, {
        words: vocabSize,
        positions: config.integer('max_position_embeddings', 512),
      }),
      encoder: bertEncoder(layers, bertLayer('MPNetLayer', sizes, attention), {
        relative_attention_bias: embedding(buckets, heads),
      }),
    }
    return robertaHeads({ name: 'MPNet', prefix: 'mpnet', parts }, sizes, config)
  },
  program: (config, dimensions, className) => mpnetProgram(config, dimensions, className, 'mpnet'),
})
