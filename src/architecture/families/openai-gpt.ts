import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { labelCount } from '../blocks/label-count.js'
import { conv1d, linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { GPT_FIELD_NAMES, positionCount } from '../blocks/renamed-sizes.js'
import { tree } from '../blocks/tree.js'
import { repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** GPT (Radford et al. 2018, https://openai.com/index/language-unsupervised): the norms follow the blocks, and none the last layer. */
export const openaiGpt = headedFamily({
  modelType: 'openai-gpt',
  name: 'OpenAIGPT',
  prefix: 'transformer',
  dropout: { resid_pdrop: 0.1, embd_pdrop: 0.1, attn_pdrop: 0.1 },
  fieldNames: GPT_FIELD_NAMES,
  defaults: {
    vocab_size: 40_478,
    hidden_size: 768,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    max_position_embeddings: 512,
    tie_word_embeddings: true,
  },
  build(stated, config) {
    const { vocabSize, hiddenSize, layers } = stated
    // The class has no field for it.
    const ffnSize = 4 * hiddenSize
    const layer = tree('Block', {
      'attn.c_attn': conv1d(hiddenSize, 3 * hiddenSize),
      'attn.c_proj': conv1d(hiddenSize, hiddenSize),
      ln_1: layerNorm(hiddenSize),
      'mlp.c_fc': conv1d(hiddenSize, ffnSize),
      'mlp.c_proj': conv1d(ffnSize, hiddenSize),
      ln_2: layerNorm(hiddenSize),
    })
    const model = tree('OpenAIGPTModel', {
      tokens_embed: embedding(vocabSize, hiddenSize),
      positions_embed: embedding(positionCount(config, 'n_positions', 512), hiddenSize),
      h: repeated(layers, layer),
    })
    const dimensions = decoderDimensions({ ...stated, ffnSize }, { gatedMlp: false })
    const lm_head = outputEmbedding(dimensions, 'transformer.tokens_embed')
    const summary = config.boolean('summary_use_proj', true) ? linear(hiddenSize, 1, { bias: true }) : undefined
    return {
      model,
      heads: {
        LMHeadModel: { lm_head },
        DoubleHeadsModel: { lm_head, multiple_choice_head: tree('OpenAIGPTSequenceSummary', { summary }) },
        ForSequenceClassification: { score: linear(hiddenSize, labelCount(config)) },
      },
      dimensions,
    }
  },
  forward: (config, { layers, contextTokens = 512 }) => ({
    addsTypes: true,
    places: 'numbered',
    keepsLayers: true,
    masks: { size: 'none' },
    norm: 'layerNorm',
    attention: { eagerOnly: true, written: { kind: 'maskedByProduct' } },
    feedForward: { activation: config.string('afn', 'gelu') === 'gelu' ? 'gelu_new' : config.string('afn', 'gelu') },
    residual: { order: 'normalisedSums' },
    dropout: {
      embeddings: config.number('embd_pdrop', 0),
      attention: config.number('attn_pdrop', 0),
      attended: config.number('resid_pdrop', 0),
      fed: config.number('resid_pdrop', 0),
      fixed: [],
    },
    // Zeros and ones for each layer, and the numbers of positions, in 8 bytes each.
    bufferElements: layers * contextTokens ** 2,
    float32BufferElements: 2 * contextTokens,
    logits: { prefill: 'allTokens' },
  }),
})
