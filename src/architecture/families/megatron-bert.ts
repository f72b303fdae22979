import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { tree } from '../blocks/tree.js'
import { repeated } from '../module.js'
import { BERT_DEFAULTS, bertFamily } from '../shapes/bert-family.js'

/** Megatron's BERT (Shoeybi et al. 2019, arXiv:1909.08053): the norms stand before the blocks, and one after the last layer. */
export const megatronBert = bertFamily({
  modelType: 'megatron-bert',
  name: 'MegatronBert',
  prefix: 'bert',
  defaults: {
    ...BERT_DEFAULTS,
    vocab_size: 29_056,
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 24,
    num_attention_heads: 16,
  },
  build({ vocabSize, hiddenSize, ffnSize, layers, headDim }, config) {
    const square = linear(hiddenSize, hiddenSize, { bias: true })
    const positions = config.integer('max_position_embeddings', 512)
    const isRelative = config.string('position_embedding_type', 'absolute').startsWith('relative_key')
    const layer = tree('MegatronBertLayer', {
      '{attention.ln,ln}': layerNorm(hiddenSize),
      'attention.self.{query,key,value}': square,
      'attention.self.distance_embedding': isRelative ? embedding(2 * positions - 1, headDim) : undefined,
      'attention.output.dense': square,
      'intermediate.dense': linear(hiddenSize, ffnSize, { bias: true }),
      'output.dense': linear(ffnSize, hiddenSize, { bias: true }),
    })
    return {
      embeddings: tree('MegatronBertEmbeddings', {
        word_embeddings: embedding(vocabSize, hiddenSize),
        position_embeddings: embedding(positions, hiddenSize),
        token_type_embeddings: embedding(config.integer('type_vocab_size', 2), hiddenSize),
      }),
      encoder: tree('MegatronBertEncoder', { layer: repeated(layers, layer), ln: layerNorm(hiddenSize) }),
    }
  },
})
