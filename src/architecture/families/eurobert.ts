import { llamaAttention } from '../blocks/attention.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { llamaMlp } from '../blocks/gated-mlp.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import { repeated } from '../module.js'
import { llamaEncoderProgram } from '../program/llama-encoder.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** EuroBERT (Boizard et al. 2025, arXiv:2503.05500), an encoder: Llama's layers, in which each token attends to all others. */
export const eurobert = headedFamily({
  modelType: 'eurobert',
  encodes: true,
  name: 'EuroBert',
  prefix: 'model',
  defaults: {
    vocab_size: 128_256,
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    max_position_embeddings: 8192,
    tie_word_embeddings: false,
  },
  build(sizes, config) {
    const { hiddenSize, layers } = sizes
    const norm = rmsNorm(hiddenSize)
    const layer = preNormLayer('EuroBertDecoderLayer', {
      norm,
      attention: llamaAttention(sizes, config),
      mlp: llamaMlp(sizes, config),
    })
    const classifier = linear(hiddenSize, labelCount(config), { bias: true })
    const lm_head = outputEmbedding(sizes, 'model.embed_tokens', { bias: config.boolean('mlp_bias', false) })
    return {
      model: decoderModel('EuroBertModel', { ...sizes, layers: repeated(layers, layer), norm }),
      heads: {
        ForMaskedLM: { lm_head },
        ForSequenceClassification: { dense: linear(hiddenSize, hiddenSize, { bias: true }), classifier },
        ForTokenClassification: { classifier },
      },
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    }
  },
  program: (config, dimensions, className) => llamaEncoderProgram(config, dimensions, className, 'EuroBert'),
})
