import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { gpt2CrossAttention, gpt2Layer } from '../blocks/gpt2-layer.js'
import { labelCount } from '../blocks/label-count.js'
import { conv1d, linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { GPT_FIELD_NAMES, positionCount } from '../blocks/renamed-sizes.js'
import { container, repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding, taskHeads } from '../shapes/headed-model.js'

/** GPT-2 (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners"): `Conv1D` for linear layers. */
export const gpt2 = headedFamily({
  modelType: 'gpt2',
  dropout: { resid_pdrop: 0.1, embd_pdrop: 0.1, attn_pdrop: 0.1 },
  unreplayed: ['recomputation of AdaLoRA'],
  name: 'GPT2',
  prefix: 'transformer',
  fieldNames: GPT_FIELD_NAMES,
  defaults: {
    vocab_size: 50_257,
    hidden_size: 768,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    max_position_embeddings: 1024,
    tie_word_embeddings: true,
  },
  build(stated, config) {
    const { vocabSize, hiddenSize, layers } = stated
    const ffnSize = config.derived('n_inner', 4 * hiddenSize)
    const attention = container(
      'GPT2Attention',
      { c_attn: conv1d(hiddenSize, 3 * hiddenSize), c_proj: conv1d(hiddenSize, hiddenSize) },
      { part: 'attention' },
    )
    const crossAttention = config.boolean('add_cross_attention', false)
      ? gpt2CrossAttention('GPT2Attention', hiddenSize, conv1d)
      : undefined
    const mlp = container(
      'GPT2MLP',
      { c_fc: conv1d(hiddenSize, ffnSize), c_proj: conv1d(ffnSize, hiddenSize) },
      { part: 'mlp' },
    )
    const model = container('GPT2Model', {
      wte: embedding(vocabSize, hiddenSize),
      wpe: embedding(positionCount(config, 'n_positions', 1024), hiddenSize),
      h: repeated(layers, gpt2Layer('GPT2Block', hiddenSize, { attention, crossAttention, mlp })),
      ln_f: layerNorm(hiddenSize),
    })
    const dimensions = decoderDimensions({ ...stated, ffnSize }, { gatedMlp: false })
    const head = outputEmbedding(dimensions, 'transformer.wte')
    const labels = labelCount(config)
    // One score for each choice: `num_labels` is ignored.
    const choices = config.boolean('summary_proj_to_labels', true) ? 1 : hiddenSize
    const summary = config.boolean('summary_use_proj', true)
      ? { summary: linear(hiddenSize, choices, { bias: true }) }
      : {}
    return {
      model,
      heads: {
        LMHeadModel: { lm_head: head },
        ...taskHeads(hiddenSize, labels),
        DoubleHeadsModel: { lm_head: head, multiple_choice_head: container('GPT2SequenceSummary', summary) },
      },
      dimensions,
    }
  },
  forward: (config) => ({
    masks: { buffers: 'eachLayer' },
    norm: 'layerNorm',
    attention: {
      eager: {
        layerMask: true,
        softmax: 'scores',
        weights: 'value',
        // `_upcast_and_reordered_attn`, which eager attention alone has.
        ...(config.boolean('reorder_and_upcast_attn', false) && {
          undescribed:
            '`reorder_and_upcast_attn` computes eager attention in float32, of which there is no model: leave `attention` out, which is right for the other kernels',
        }),
      },
    },
    feedForward: { activation: config.string('activation_function', 'gelu_new') },
    residual: { order: 'sequential', keepsNormalised: 'untilSum', keepsSecond: true, keepsAttended: true },
    dropout: {
      embeddings: config.number('embd_pdrop', 0),
      attention: config.number('attn_pdrop', 0),
      attended: config.number('resid_pdrop', 0),
      fed: config.number('resid_pdrop', 0),
      fixed: [],
    },
    logits: { labelled: 'model' },
  }),
  loraTargets: ['c_attn'],
})
