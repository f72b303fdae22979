import { fusedAttention } from '../blocks/attention.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import type { ConfigReader } from '../config-reader.js'
import type { ForwardPass } from '../forward/index.js'
import { llamaForward } from '../forward/llama-forward.js'
import { container } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** InternLM 2 and 2.5 (Cai et al. 2024, arXiv:2403.17297), in the classes of their authors: Llama with other names. */
export const internlm2 = decoderFamily({
  modelType: 'internlm2',
  name: 'InternLM2',
  defaults: {
    vocab_size: 103_168,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    head_dim: false,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  inputEmbedding: 'tok_embeddings',
  outputEmbedding: 'output',
  attention(sizes, config) {
    const bias = config.boolean('bias', true)
    const names = ['wqkv', 'wo'] as const
    return fusedAttention({ ...sizes, qkvBias: bias, outputBias: bias, names, type: 'InternLM2Attention' })
  },
  mlp: (sizes) => gatedMlp({ ...sizes, names: ['w1', 'w3', 'w2'], type: 'InternLM2MLP' }),
  layer: (type, { norm, attention, mlp }) =>
    container(type, { attention, feed_forward: mlp, attention_norm: norm, ffn_norm: norm }),
  forward: internlm2Forward,
  questionAnsweringPrefix: 'transformer',
  otherHeads: ({ hiddenSize }) => ({ ForRewardModel: { v_head: linear(hiddenSize, 1) } }),
})

/** The code computes attention written out, unless the config itself names a kernel. */
function internlm2Forward(config: ConfigReader): ForwardPass {
  const chosen = config.string('attn_implementation', 'eager')
  return {
    ...llamaForward(config),
    rotation: { features: 'all', tables: 'inLayers', frequencies: 'everyAttention' },
    masks: { size: 'forAllSequences' },
    attention: { written: { kind: 'groupedProjection' }, eagerOnly: chosen === 'eager' },
    dropout: { attention: 0 },
    logits: { form: 'float32', prefill: 'allTokens', shifts: 'float32' },
  }
}
