import { blockSparseLayer } from '../blocks/decoder-layer.js'
import { LLAMA_DEFAULTS } from '../blocks/decoder-sizes.js'
import { graniteMixture } from '../blocks/granite-experts.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { ONLY_IN_5 } from '../tensor-plan.js'

/** Granite 3 MoE (IBM 2024, https://www.ibm.com/granite): the experts of a layer in two tensors. */
export const granitemoe = decoderFamily({
  modelType: 'granitemoe',
  name: 'GraniteMoe',
  defaults: { ...LLAMA_DEFAULTS, head_dim: false },
  mixture: (sizes, config) => graniteMixture(config, sizes),
  layer: blockSparseLayer,
  forward: (config) => ({
    ...llamaForward(config),
    embedding: 'scaledInModel',
    masks: { size: 'forAllSequences', givenBehindPrefixes: true },
    residual: { order: 'sequential', scaled: true },
    logits: { form: 'scaled', castsForLoss: true },
  }),
  undivided: ONLY_IN_5,
})
