import { preNormBertLayer, summedEmbeddings } from '../blocks/bert.js'
import { layerNorm } from '../blocks/norm.js'
import { container, repeated } from '../module.js'
import { bertAttentionSteps } from '../program/bert.js'
import { call, layerNormed, set } from '../program/index.js'
import { intermediateSteps, preNormLayerSteps } from '../program/pre-norm-bert.js'
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
  runs: {
    classifierRate: 'hidden_dropout_prob',
    isEager: true,
    embeddings: { types: 'made', isNormed: false },
    layer: (dimensions, options) =>
      preNormLayerSteps(
        {
          attention: bertAttentionSteps(dimensions, options),
          norm: 'ln',
          between: [
            set('normal', layerNormed('ln', 'attended')),
            set('between', call(intermediateSteps(options.activation), { hidden: 'normal' }, 'intermediate')),
          ],
        },
        options.dropout,
      ),
    behind: [set('hidden', layerNormed('encoder.ln', 'hidden'))],
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers } = sizes
    const positions = config.integer('max_position_embeddings', 512)
    const layer = preNormBertLayer(
      'MegatronBertLayer',
      { first: 'attention.ln', between: 'ln' },
      { ...sizes, positions },
      config,
    )
    return {
      embeddings: container(
        'MegatronBertEmbeddings',
        summedEmbeddings(hiddenSize, { words: vocabSize, positions, segments: config.integer('type_vocab_size', 2) }),
      ),
      encoder: container('MegatronBertEncoder', { layer: repeated(layers, layer), ln: layerNorm(hiddenSize) }),
    }
  },
})
