import { graniteMixture, graniteSharedLayer } from '../blocks/granite-experts.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { ONLY_IN_5 } from '../tensor-plan.js'

/** Granite MoE with a shared expert (IBM 2025, https://www.ibm.com/granite): a feed-forward network in addition to the routed experts. */
export const granitemoeshared = decoderFamily({
  modelType: 'granitemoeshared',
  name: 'GraniteMoeShared',
  defaults: {
    vocab_size: 32_000,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    head_dim: false,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  mixture: (sizes, config) => ({
    ...graniteMixture(config, sizes, 'GraniteMoeSharedMoE'),
    shared: config.integer('shared_intermediate_size', 0) > 0 ? 1 : 0,
  }),
  forward: (config) => ({
    ...llamaForward(config),
    embedding: 'scaledInModel',
    masks: { size: 'forAllSequences', givenBehindPrefixes: true },
    residual: { order: 'sequential', scaled: true },
    logits: { form: 'scaled', castsForLoss: true },
  }),
  layer: graniteSharedLayer('GraniteMoeSharedMLP'),
  undivided: ONLY_IN_5,
})
