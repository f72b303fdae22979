import type { ComposedRouter } from './composed-router.js'

/** A mixture of experts: how tokens find their experts, and how those compute. */
export interface Mixture {
  /** Whether the shared expert computes before the router, or between it and the experts. Default: no. */
  readonly sharedFirst?: boolean | 'behindRouter'
  /** Default: `softmax`. */
  readonly router?: Router | ComposedRouter
  /** Whether the weights of a token's experts are divided by their sum. Default: yes. */
  readonly normalised?: boolean
  /** Whether the choice is limited to the best groups of experts, with shares that have gradients. Default: no. */
  readonly grouped?: boolean
  /** Whether experts take their tokens from a view that nothing else has. Default: no. */
  readonly ownView?: boolean
  /** Default: `added`. */
  readonly dispatch?: Dispatch
  /** Whether what routed experts give is multiplied by a number, behind them. Default: no. */
  readonly scalesRouted?: boolean
  /** How it is joined with what the shared expert gives: added, added in float32 (Hunyuan 3), or halved after that (Cohere). Default: `sum`. */
  readonly joined?: 'sum' | 'float32' | 'average'
  /** How many experts, behind the others, return their input (LongCat-Flash). Default: 0. */
  readonly identityExperts?: number
  /** Whether the layer receives the router's logits with the result and keeps them in a variable. Default: yes. */
  readonly returnsLogits?: boolean
  /** Suffixes of the names of parameters that stay in float32, whatever the dtype of the model. Default: none. */
  readonly float32Parameters?: readonly string[]
  /** Suffixes of the names of parameters that are never trained. Default: none. */
  readonly untrainedParameters?: readonly string[]
  /** The dtype of a router's buffer, which has one number per expert. Default: `none`. */
  readonly routerBuffer?: 'none' | 'model' | 'float32'
}

/**
 * How a router computes:
 *
 * - `softmax`: the largest shares of a softmax in float32 (Mixtral; Jiang et al. 2024, arXiv:2401.04088)
 * - `softmaxOfFloat32Input`: the same, with logits from a float32 copy of the input (Hunyuan)
 * - `biasedSoftmax`: all in float32, the choice by biased shares (Ernie 4.5)
 * - `scaledSoftmax`: all in float32, the shares multiplied by a number (DeepSeek-V2)
 * - `sigmoid`: sigmoids in float32, the choice by biased scores without gradients (DeepSeek-V3)
 * - `sigmoidInOne`: the same in one function, whose variables live until it returns (transformers 5)
 * - `sigmoidOfLogits`: sigmoids of the logits in float32, in one function, the choice by biased scores (MiniMax-M2)
 * - `sigmoidOfModel`: sigmoids in the dtype of the model, in one function, the choice by scores with a bias where there is one (LFM2)
 * - `softmaxInOne`: the largest shares of a softmax in float32, in one function (transformers 5)
 * - `softmaxOfNormalised`: the same of a normalised input, the shares of a token multiplied by a number for each expert (Gemma 4)
 * - `softmaxByBias`: a product and a softmax in float32, the choice by biased shares without gradients, the shares multiplied by a number (LongCat-Flash)
 * - `sampled`: two experts, sampled one after the other (Phi-3.5-MoE)
 * - `softmaxIntoZeros`: the largest shares of a softmax in float32, in the dtype of the model; zeros for the other experts (Qwen3-VL)
 * - `softmaxOfLargest`: a softmax of the largest logits, in the dtype of the model; zeros for the other experts (gpt-oss)
 * - `batched`: sigmoids that are 0 for experts that a token does not use (Llama 4)
 */
export type Router =
  | 'softmax'
  | 'softmaxOfFloat32Input'
  | 'biasedSoftmax'
  | 'scaledSoftmax'
  | 'sigmoid'
  | 'sigmoidInOne'
  | 'sigmoidOfLogits'
  | 'sigmoidOfModel'
  | 'softmaxInOne'
  | 'softmaxOfNormalised'
  | 'softmaxByBias'
  | 'sampled'
  | 'softmaxOfLargest'
  | 'softmaxIntoZeros'
  | 'batched'

/**
 * How experts get their tokens: one expert after another, with rows `added` to the result in the dtype of the input
 * (Mixtral) or of the weights (`addedInWeightsDtype`, DeepSeek-V3), or all rows at once, `sorted` by expert (DeepSeek-V2). `grouped`: all
 * experts at once, in grouped products (transformers 5). `partsInTurn`: one after another, each with its part of the parameters of all (Step 3.5).
 * `writtenInTurn`: the same on slices of sorted rows, in a layer with a router of its own (Aria).
 */
export type Dispatch = 'added' | 'addedInWeightsDtype' | 'sorted' | 'grouped' | 'partsInTurn' | 'writtenInTurn'
