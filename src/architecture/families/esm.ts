import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { tree } from '../blocks/tree.js'
import { container, repeated } from '../module.js'
import { esmProgram } from '../program/esm.js'
import { BERT_DEFAULTS, bertFamily } from '../shapes/bert-family.js'

/** ESM-2 (Lin et al. 2022, https://doi.org/10.1126/science.ade2574): RoBERTa that reads proteins, with the norms before the blocks. */
export const esm = bertFamily({
  modelType: 'esm',
  name: 'Esm',
  prefix: 'esm',
  predictor: 'lm_head',
  classifier: 'head',
  pools: 'the base model alone',
  defaults: { ...BERT_DEFAULTS, vocab_size: 33, max_position_embeddings: 1026 },
  program: (config, dimensions, className) => esmProgram(config, dimensions, className, 'esm'),
  behindPooler: ({ layers, heads }) => ({
    contact_head: tree('EsmContactPredictionHead', { regression: linear(layers * heads, 1, { bias: true }) }),
  }),
  build({ vocabSize, hiddenSize, ffnSize, layers }, config) {
    const kind = config.string('position_embedding_type', 'absolute')
    const square = linear(hiddenSize, hiddenSize, { bias: true })
    const layer = tree('EsmLayer', {
      'attention.self.{query,key,value}': square,
      'attention.output.dense': square,
      'attention.LayerNorm': layerNorm(hiddenSize),
      'intermediate.dense': linear(hiddenSize, ffnSize, { bias: true }),
      'output.dense': linear(ffnSize, hiddenSize, { bias: true }),
      LayerNorm: layerNorm(hiddenSize),
    })
    return {
      embeddings: tree('EsmEmbeddings', {
        word_embeddings: embedding(vocabSize, hiddenSize),
        layer_norm: config.boolean('emb_layer_norm_before', false) ? layerNorm(hiddenSize) : undefined,
        position_embeddings:
          kind === 'absolute' ? embedding(config.positive('max_position_embeddings', 1026), hiddenSize) : undefined,
      }),
      encoder: tree('EsmEncoder', { layer: repeated(layers, layer), emb_layer_norm_after: layerNorm(hiddenSize) }),
    }
  },
  // Unlike RoBERTa's, the bias of the words is not that of a linear layer.
  heads({ hiddenSize, vocabSize, tiedEmbeddings }) {
    const decoder = linear(hiddenSize, vocabSize)
    const lm_head = container(
      'EsmLMHead',
      {
        dense: linear(hiddenSize, hiddenSize, { bias: true }),
        layer_norm: layerNorm(hiddenSize),
        decoder: tiedEmbeddings ? { ...decoder, ties: { weight: 'esm.embeddings.word_embeddings.weight' } } : decoder,
      },
      { parameters: { bias: [vocabSize] } },
    )
    return { ForMaskedLM: { lm_head } }
  },
})
