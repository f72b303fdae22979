import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { gpt2CrossAttention, gpt2Layer } from '../blocks/gpt2-layer.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { GPT_FIELD_NAMES, positionCount } from '../blocks/renamed-sizes.js'
import { container, repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding, taskHeads } from '../shapes/headed-model.js'

/** StarCoder and SantaCoder (Li et al. 2023, arXiv:2305.06161): GPT-2 with one head of keys and values for all. */
export const gptBigcode = headedFamily({
  modelType: 'gpt_bigcode',
  unreplayed: ['no recomputation in transformers 4.57'],
  dropout: { resid_pdrop: 0.1, embd_pdrop: 0.1, attn_pdrop: 0.1 },
  name: 'GPTBigCode',
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
    const { vocabSize, hiddenSize, layers, heads, headDim } = stated
    const ffnSize = config.derived('n_inner', 4 * hiddenSize)
    const kvHeads = config.boolean('multi_query', true) ? 1 : heads
    const attention = container(
      'GPTBigCodeAttention',
      {
        c_attn: linear(hiddenSize, hiddenSize + 2 * kvHeads * headDim, { bias: true }),
        c_proj: linear(hiddenSize, hiddenSize, { bias: true }),
      },
      { part: 'attention' },
    )
    const crossAttention = config.boolean('add_cross_attention', false)
      ? gpt2CrossAttention('GPTBigCodeAttention', hiddenSize, (inFeatures, outFeatures) =>
          linear(inFeatures, outFeatures, { bias: true }),
        )
      : undefined
    const mlp = plainMlp({ hiddenSize, ffnSize, bias: true, names: ['c_fc', 'c_proj'] })
    const model = container('GPTBigCodeModel', {
      wte: embedding(vocabSize, hiddenSize),
      wpe: embedding(positionCount(config, 'n_positions', 1024), hiddenSize),
      h: repeated(layers, gpt2Layer('GPTBigCodeBlock', hiddenSize, { attention, crossAttention, mlp })),
      ln_f: layerNorm(hiddenSize),
    })
    const dimensions = decoderDimensions({ ...stated, ffnSize, kvHeads }, { gatedMlp: false })
    return {
      model,
      heads: {
        ForCausalLM: { lm_head: outputEmbedding(dimensions, 'transformer.wte') },
        ...taskHeads(hiddenSize, labelCount(config)),
      },
      dimensions,
    }
  },
  forward: (config) => ({
    masks: { buffers: 'oneForAll' },
    attention: { returnsWeights: true },
    norm: 'layerNorm',
    feedForward: { activation: config.string('activation_function', 'gelu') },
    residual: { order: 'sequential', keepsNormalised: 'untilSum', keepsSecond: true, keepsAttended: true },
    dropout: {
      embeddings: config.number('embd_pdrop', 0),
      attention: config.number('attn_pdrop', 0),
      attended: config.number('resid_pdrop', 0),
      fed: config.number('resid_pdrop', 0),
    },
    logits: { prefill: 'allTokens', labelled: 'model' },
  }),
  loraTargets: ['c_attn'],
})
