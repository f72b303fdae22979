import type { ForwardPass, Mixture } from './forward/index.js'

/**
 * How transformers 5.24 computes a family that is otherwise estimated as in 4.57. Ranks divide the experts of its code alone, which has those of a
 * layer in common tensors.
 */
export interface ExpertPlan {
  /** Its forward pass in that version. */
  readonly forward: (own: ForwardPass) => ForwardPass
}

/** Why a family has no plan for experts: version 5.24 does not dispatch tokens in its code. */
export const NOT_DISPATCHED = 'transformers 5.24.0 has no plan to send tokens to its experts'

/** Why a family has no plan here that version 5.24 has. */
export const DISPATCH_NOT_REPLAYED = 'its experts in transformers 5.24.0 are not estimated'

/** The largest shares of a softmax in float32, cast to the dtype of the model (Qwen). */
export const EXPERTS_BY_SOFTMAX: ExpertPlan = withMixture({ router: 'softmaxInOne' })

/** The same, which stay in float32 (Mixtral). */
export const EXPERTS_BY_WIDE_SOFTMAX: ExpertPlan = withMixture({
  router: { logits: 'model', scores: 'softmax', scoresIn: 'float32', divided: 'inPlace' },
})

/** DeepSeek-V3's sigmoids, with the router's weight in float32. */
export const EXPERTS_BY_SIGMOID: ExpertPlan = withMixture({
  router: 'sigmoidInOne',
  ownView: false,
  float32Parameters: ['.mlp.gate.weight'],
  routerBuffer: 'float32',
})

/** A softmax in float32 without autocast, the choice by biased shares (ERNIE 4.5). */
export const EXPERTS_BY_BIASED_SOFTMAX: ExpertPlan = withMixture({
  router: {
    logits: 'float32',
    withoutAutocast: true,
    scores: 'softmax',
    biased: true,
    divided: 'apart',
    sum: 'bounded',
    narrowed: true,
  },
})

/** gpt-oss: a softmax of the largest logits, and gates in every second column. */
export const EXPERTS_BY_LARGEST: ExpertPlan = {
  forward(own) {
    const made = withMixture({
      router: { logits: 'model', isLayer: 'itself', behind: 'narrowSoftmax' },
    }).forward(own)
    return { ...made, feedForward: { ...made.feedForward, clamped: 'interleaved' } }
  },
}

/** The same with a mixture that differs, and with attention and masks as in version 5. */
function withMixture(more: Partial<Mixture>): ExpertPlan {
  return {
    forward({ masks: _, ...own }) {
      const { attention, feedForward } = own
      return {
        ...own,
        ...(attention && { attention: { ...attention, sharedHeads: 'kernel' } }),
        feedForward: {
          ...feedForward,
          mixture: { ...feedForward.mixture, ...more, dispatch: 'grouped' },
        },
      }
    },
  }
}

/** A plan whose shared expert computes before the router. */
export function withSharedFirst({ forward }: ExpertPlan): ExpertPlan {
  return {
    forward(given) {
      const made = forward(given)
      const { feedForward } = made
      return { ...made, feedForward: { ...feedForward, mixture: { ...feedForward.mixture, sharedFirst: true } } }
    },
  }
}
