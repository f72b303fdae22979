import { bertAttention, bertEmbeddings, bertEncoder, bertLayer } from '../blocks/bert.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { container } from '../module.js'
import { plainMaskedHead } from '../program/bert.js'
import { call, give, project } from '../program/index.js'
import { BERT_DEFAULTS, bertFamily } from '../shapes/bert-family.js'

/** RemBERT (Chung et al. 2020, arXiv:2010.12821): small embeddings of the input, large ones of the output. */
export const rembert = bertFamily({
  modelType: 'rembert',
  name: 'RemBert',
  prefix: 'rembert',
  dropout: { classifier_dropout_prob: 0.1 },
  defaults: {
    ...BERT_DEFAULTS,
    vocab_size: 250_300,
    hidden_size: 1152,
    intermediate_size: 4608,
    num_hidden_layers: 32,
    num_attention_heads: 18,
    tie_word_embeddings: false,
  },
  runs: {
    classifierRate: 'classifier_dropout_prob',
    isEager: true,
    embeddings: { types: 'made' },
    start: project('encoder.embedding_hidden_mapping_in', 'embedded'),
    heads: ({ activation }) => ({
      ForMaskedLM: [give(call(plainMaskedHead(activation), { hidden: 'hidden' }, 'cls.predictions'))],
    }),
  },
  build({ vocabSize, hiddenSize, ffnSize, layers }, config) {
    const size = config.integer('input_embedding_size', 256)
    const positions = config.integer('max_position_embeddings', 512)
    const segments = config.integer('type_vocab_size', 2)
    const layer = bertLayer('RemBertLayer', { hiddenSize, ffnSize }, bertAttention(hiddenSize))
    return {
      embeddings: bertEmbeddings(size, { words: vocabSize, positions, segments }),
      encoder: bertEncoder(
        layers,
        layer,
        {},
        { embedding_hidden_mapping_in: linear(size, hiddenSize, { bias: true }) },
      ),
    }
  },
  heads({ hiddenSize, vocabSize }, config) {
    const size = config.integer('output_embedding_size', 1664)
    const predictions = container('RemBertLMPredictionHead', {
      dense: linear(hiddenSize, size, { bias: true }),
      decoder: linear(size, vocabSize, { bias: true }),
      LayerNorm: layerNorm(size),
    })
    const words = { cls: container('RemBertOnlyMLMHead', { predictions }) }
    return { ForMaskedLM: words, ForCausalLM: words }
  },
})
