import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { fairseqLayer } from '../blocks/fairseq-layer.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { positionCount } from '../blocks/renamed-sizes.js'
import { container, repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** BioGPT (Luo et al. 2022, arXiv:2210.10341): a language model of biomedical texts, with fairseq's layers. */
export const biogpt = headedFamily({
  modelType: 'biogpt',
  name: 'BioGpt',
  prefix: 'biogpt',
  defaults: {
    vocab_size: 42_384,
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    head_dim: false,
    max_position_embeddings: 1024,
    tie_word_embeddings: true,
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers, heads } = sizes
    const model = container('BioGptModel', {
      embed_tokens: embedding(vocabSize, hiddenSize),
      // The first two rows are for padding.
      embed_positions: embedding(positionCount(config, 'max_position_embeddings', 1024) + 2, hiddenSize),
      layers: repeated(layers, fairseqLayer('BioGptDecoderLayer', sizes)),
      layer_norm: layerNorm(hiddenSize),
    })
    const dimensions = decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: false })
    const labels = labelCount(config)
    return {
      model,
      heads: {
        ForCausalLM: { output_projection: outputEmbedding(dimensions, 'biogpt.embed_tokens') },
        ForSequenceClassification: { score: linear(hiddenSize, labels) },
        ForTokenClassification: { classifier: linear(hiddenSize, labels, { bias: true }) },
      },
      dimensions,
    }
  },
  forward: (config) => ({
    embedding: 'scaled',
    places: 'eachSequence',
    masks: { givenBehindPrefixes: true },
    norm: 'layerNorm',
    attention: { eager: { softmax: 'scores', weights: 'none' } },
    feedForward: { activation: config.string('hidden_act', 'gelu') },
    dropout: {
      embeddings: config.number('hidden_dropout_prob', 0),
      attention: config.number('attention_probs_dropout_prob', 0),
      attended: config.number('hidden_dropout_prob', 0),
      activated: config.number('activation_dropout', 0),
      fed: config.number('hidden_dropout_prob', 0),
      place: 'behindBlocks',
      fixed: ['embeddings', 'attention', 'attended', 'activated', 'fed'],
      labelled: config.number('classifier_dropout', config.number('hidden_dropout_prob', 0)),
    },
    logits: { prefill: 'allTokens' },
  }),
  dropout: { hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 },
})
