/** A mixture of experts: how tokens find their experts, and how those compute. */
export interface Mixture {
  /** Whether the expert that all tokens pass computes before the router. Default: no. */
  readonly sharedFirst?: boolean
  /** Default: `softmax`. */
  readonly router?: Router
  /** Whether the weights of a token's experts are divided by their sum. Default: yes. */
  readonly normalised?: boolean
  /** Whether the choice is limited to the best groups of experts, by shares that have gradients. Default: no. */
  readonly grouped?: boolean
  /** Whether experts take their tokens from a view that nothing else has. Default: no. */
  readonly ownView?: boolean
  /** Default: `added`. */
  readonly dispatch?: Dispatch
  /** Whether the layer is given the router's logits beside the result, and has a name for them. Default: yes. */
  readonly returnsLogits?: boolean
  /** The ends of names of parameters that stay in float32, whatever the model's type. Default: none. */
  readonly float32Parameters?: readonly string[]
  /** The ends of names of those that are never trained. Default: none. */
  readonly untrainedParameters?: readonly string[]
  /** The type of a router's buffer, which has one number an expert. Default: `none`. */
  readonly routerBuffer?: 'none' | 'model' | 'float32'
}

/**
 * How a router computes:
 *
 * - `softmax`: the largest shares of a softmax in float32 (Mixtral; Jiang et al. 2024, arXiv:2401.04088)
 * - `softmaxOfFloat32Input`: the same of logits of a float32 copy of the input (Hunyuan)
 * - `biasedSoftmax`: all in float32, the choice by biased shares (Ernie 4.5)
 * - `scaledSoftmax`: all in float32, the shares multiplied by a number (DeepSeek-V2)
 * - `sigmoid`: sigmoids in float32, the choice by biased scores without gradients (DeepSeek-V3)
 * - `sampled`: two experts one after the other, each drawn (Phi-3.5-MoE)
 * - `batched`: sigmoids that are 0 for the experts that are not a token's (Llama 4)
 */
export type Router =
  | 'softmax'
  | 'softmaxOfFloat32Input'
  | 'biasedSoftmax'
  | 'scaledSoftmax'
  | 'sigmoid'
  | 'sampled'
  | 'batched'

/**
 * How experts get their tokens: expert after expert, whose rows are `added` into the result in the type of the input
 * (Mixtral) or of the weights (`addedInWeightsDtype`, DeepSeek-V3), or all rows `sorted` by expert at once (DeepSeek-V2).
 */
export type Dispatch = 'added' | 'addedInWeightsDtype' | 'sorted'
