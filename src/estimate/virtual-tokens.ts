/** What prompt, prefix and p-tuning train: virtual tokens in front of a sequence, as PEFT has them. */

import type { Architecture } from '../architecture/index.js'
import { product, sum } from '../architecture/safe-integer.js'
import { refuseHiddenHeads } from './hidden-heads.js'

/** The parameters of virtual tokens, and what they are in a sentence. */
export interface TrainedTokens {
  readonly trainableParameters: number
  readonly trains: string
}

/** The network that prefixes are projected by. */
export interface Projection {
  /** Its width. Default: that of a key. */
  readonly encoderHiddenSize: number | undefined
}

/** A vector for each virtual token (Lester et al. 2021, arXiv:2104.08691). */
export function prompt(model: Architecture, tokens: number): TrainedTokens {
  return {
    trainableParameters: product([tokens, model.dimensions.hiddenSize]),
    trains: `the embeddings of ${tokens} virtual tokens`,
  }
}

/** Virtual tokens behind a network of three layers (Liu et al. 2021, arXiv:2103.10385; PEFT's `PromptEncoder`). */
export function encodedPrompt(model: Architecture, tokens: number, encoderHiddenSize?: number): TrainedTokens {
  const { hiddenSize } = model.dimensions
  const width = encoderHiddenSize ?? hiddenSize
  const network = [linear(hiddenSize, width), linear(width, width), linear(width, hiddenSize)]
  return {
    trainableParameters: sum([product([tokens, hiddenSize]), ...network]),
    trains: `the encoder of ${tokens} virtual tokens`,
  }
}

/** Keys and values of virtual tokens in each layer (Li & Liang 2021, arXiv:2101.00190; PEFT's `PrefixEncoder`). */
export function prefixes(model: Architecture, tokens: number, projection: Projection | undefined): TrainedTokens {
  const { heads, kvHeads, hiddenSize, headDim, layers } = model.dimensions
  refuseHiddenHeads(model)
  const width = product([kvHeads, headDim ?? hiddenSize / heads])
  const all = product([2, layers, width])
  if (!projection) {
    return { trainableParameters: product([tokens, all]), trains: `keys and values of ${tokens} virtual tokens` }
  }
  const inner = projection.encoderHiddenSize ?? width
  return {
    trainableParameters: sum([product([tokens, width]), linear(width, inner), linear(inner, all)]),
    trains: `keys and values of ${tokens} virtual tokens, and their projection`,
  }
}

/** The parameters of a linear layer with a bias. */
function linear(inFeatures: number, outFeatures: number): number {
  return sum([product([inFeatures, outFeatures]), outFeatures])
}
