import { attention, fusedAttention } from '../blocks/attention.js'
import { bertEmbeddings, bertEncoder, bertPooler, denseAndNorm } from '../blocks/bert.js'
import { BERT_DEFAULTS, decoderDimensions } from '../blocks/decoder-sizes.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm, rmsNorm } from '../blocks/norm.js'
import { container } from '../module.js'
import { gteAuthorsProgram } from '../program/gte-authors.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** GTE (Zhang et al. 2024, arXiv:2407.19669) in the class of its authors, whose `model_type` is `new`; transformers calls it `gte`. */
export const newFamily = headedFamily({
  modelType: 'new',
  name: 'New',
  prefix: 'new',
  dropout: { hidden_dropout_prob: 0.1 },
  defaults: { ...BERT_DEFAULTS, vocab_size: 30_528, max_position_embeddings: 2048 },
  build(sizes, config) {
    const { vocabSize, hiddenSize, ffnSize, heads, layers, contextTokens } = sizes
    const segments = config.integer('type_vocab_size', 1)
    const embeddings = bertEmbeddings(hiddenSize, {
      words: vocabSize,
      positions: config.string('position_embedding_type', 'rope') === 'absolute' ? contextTokens : undefined,
      segments: segments > 0 ? segments : undefined,
    })
    const names = ['qkv_proj', 'o_proj'] as const
    const norm =
      config.string('layer_norm_type', 'layer_norm') === 'rms_norm' ? rmsNorm(hiddenSize) : layerNorm(hiddenSize)
    const projections = { ...sizes, kvHeads: heads, qkvBias: true, outputBias: true }
    const layer = container('NewLayer', {
      attention: config.boolean('pack_qkv', true) ? fusedAttention({ ...projections, names }) : attention(projections),
      mlp: container(
        'NewGatedMLP',
        { up_gate_proj: linear(hiddenSize, 2 * ffnSize), down_proj: linear(ffnSize, hiddenSize, { bias: true }) },
        { part: 'mlp' },
      ),
      attn_ln: norm,
      mlp_ln: norm,
    })
    const encoder = { embeddings, encoder: bertEncoder(layers, layer) }
    const bare = container('NewModel', encoder)
    const pooled = container('NewModel', { ...encoder, pooler: bertPooler(hiddenSize) })
    const classifier = linear(hiddenSize, labelCount(config), { bias: true })
    const lm_head = container('NewLMPredictionHead', {
      ...denseAndNorm(hiddenSize, hiddenSize, 'norm'),
      decoder: outputEmbedding(sizes, 'new.embeddings.word_embeddings', { bias: true }),
    })
    return {
      model: bare,
      modelOf: (suffix) => (suffix === 'ForSequenceClassification' || suffix === 'ForMultipleChoice' ? pooled : bare),
      heads: {
        ForMaskedLM: { lm_head },
        ForSequenceClassification: { classifier },
        ForMultipleChoice: { classifier: linear(hiddenSize, 1, { bias: true }) },
        ForTokenClassification: { classifier },
        ForQuestionAnswering: { qa_outputs: classifier },
      },
      dimensions: decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: true }),
    }
  },
  program: (config, dimensions, className) =>
    gteAuthorsProgram(config, dimensions, className, { name: 'New', prefix: 'new' }),
})
