import { labelCount } from '../blocks/causal-lm.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { headedModel, outputEmbedding, taskHeads } from '../blocks/headed-model.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { renamedSizes } from '../blocks/renamed-sizes.js'
import type { Family } from '../family.js'
import { container, repeated } from '../module.js'

/**
 * MPT (MosaicML 2023, https://www.databricks.com/blog/mpt-7b): no biases, norms without a shift, positions by ALiBi.
 * Whatever `attn_config`, `no_bias` and `expansion_ratio` say, transformers builds multi-head attention and an MLP four
 * times as wide.
 */
export const mpt: Family = {
  modelTypes: ['mpt'],
  describe(config, className) {
    const names = {
      hidden_size: 'd_model',
      num_hidden_layers: 'n_layers',
      num_attention_heads: 'n_heads',
      max_position_embeddings: 'max_seq_len',
    }
    const stated = renamedSizes(config, names, {
      vocab_size: 50_368,
      hidden_size: 2048,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      max_position_embeddings: 2048,
      tie_word_embeddings: true,
    })
    const { vocabSize, hiddenSize, layers } = stated
    const sizes = { ...stated, ffnSize: 4 * hiddenSize }
    const norm = layerNorm(hiddenSize, { bias: false })
    const layer = container('MptBlock', {
      norm_1: norm,
      attn: container(
        'MptAttention',
        { Wqkv: linear(hiddenSize, 3 * hiddenSize), out_proj: linear(hiddenSize, hiddenSize) },
        { part: 'attention' },
      ),
      norm_2: norm,
      ffn: plainMlp({ ...sizes, bias: false }),
    })
    const model = container('MptModel', {
      wte: embedding(vocabSize, hiddenSize),
      blocks: repeated(layers, layer),
      norm_f: norm,
    })
    const dimensions = decoderDimensions(sizes, { gatedMlp: false })
    return headedModel({
      className,
      family: 'mpt',
      name: 'Mpt',
      prefix: 'transformer',
      model,
      heads: {
        ForCausalLM: { lm_head: outputEmbedding(dimensions, 'transformer.wte') },
        ...taskHeads(hiddenSize, labelCount(config)),
      },
      dimensions,
    })
  },
}
