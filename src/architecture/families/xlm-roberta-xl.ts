import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { tree } from '../blocks/tree.js'
import { repeated } from '../module.js'
import { BERT_DEFAULTS, bertFamily } from '../shapes/bert-family.js'

/** XLM-R XL and XXL (Goyal et al. 2021, arXiv:2105.00572): RoBERTa in many languages, with the norms before the blocks. */
export const xlmRobertaXl = bertFamily({
  modelType: 'xlm-roberta-xl',
  name: 'XLMRobertaXL',
  prefix: 'roberta',
  defaults: {
    ...BERT_DEFAULTS,
    vocab_size: 250_880,
    hidden_size: 2560,
    intermediate_size: 10_240,
    num_hidden_layers: 36,
    num_attention_heads: 32,
    max_position_embeddings: 514,
  },
  predictor: 'lm_head',
  classifier: 'head',
  pools: 'choices',
  build({ vocabSize, hiddenSize, ffnSize, layers, headDim }, config) {
    const positions = config.integer('max_position_embeddings', 514)
    const isRelative = config.string('position_embedding_type', 'absolute').startsWith('relative_key')
    const square = linear(hiddenSize, hiddenSize, { bias: true })
    const layer = tree('XLMRobertaXLLayer', {
      '{attention.self_attn_layer_norm,LayerNorm}': layerNorm(hiddenSize),
      'attention.self.{query,key,value}': square,
      'attention.self.distance_embedding': isRelative ? embedding(2 * positions - 1, headDim) : undefined,
      'attention.output.dense': square,
      'intermediate.dense': linear(hiddenSize, ffnSize, { bias: true }),
      'output.dense': linear(ffnSize, hiddenSize, { bias: true }),
    })
    return {
      embeddings: tree('XLMRobertaXLEmbeddings', {
        word_embeddings: embedding(vocabSize, hiddenSize),
        position_embeddings: embedding(positions, hiddenSize),
        token_type_embeddings: embedding(config.integer('type_vocab_size', 1), hiddenSize),
      }),
      encoder: tree('XLMRobertaXLEncoder', { layer: repeated(layers, layer), LayerNorm: layerNorm(hiddenSize) }),
    }
  },
})
