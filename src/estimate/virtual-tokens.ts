/** What prompt, prefix and p-tuning train: virtual tokens in front of a sequence, and the head of a classifier, as PEFT has them. */

import { type Architecture, parameterGroups } from '../architecture/index.js'
import { product, sum } from '../architecture/safe-integer.js'
import { refuseHiddenHeads } from './hidden-heads.js'
import { headsOfTask } from './peft-tasks.js'

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
  refuseWordless(model)
  return trained(model, {
    trainableParameters: product([tokens * stacksOf(model), model.dimensions.hiddenSize]),
    trains: `the embeddings of ${tokensOf(model, tokens)}`,
  })
}

/** Virtual tokens behind a network of three layers (Liu et al. 2021, arXiv:2103.10385; PEFT's `PromptEncoder`). */
export function encodedPrompt(model: Architecture, tokens: number, encoderHiddenSize?: number): TrainedTokens {
  refuseWordless(model)
  const { hiddenSize } = model.dimensions
  const width = encoderHiddenSize ?? hiddenSize
  const network = [linear(hiddenSize, width), linear(width, width), linear(width, hiddenSize)]
  return trained(model, {
    trainableParameters: sum([product([tokens * stacksOf(model), hiddenSize]), ...network]),
    trains: `the encoder of ${tokensOf(model, tokens)}`,
  })
}

/** Keys and values of virtual tokens in each layer (Li & Liang 2021, arXiv:2101.00190; PEFT's `PrefixEncoder`). */
export function prefixes(model: Architecture, tokens: number, projection: Projection | undefined): TrainedTokens {
  const { heads, kvHeads, hiddenSize, headDim, layers } = model.dimensions
  refuseWordless(model)
  refuseHiddenHeads(model)
  refuseOtherHeads(model)
  const width = product([kvHeads, headDim ?? hiddenSize / heads])
  const all = product([2, layers, width])
  if (!projection)
    return trained(model, {
      trainableParameters: product([tokens, all]),
      trains: `keys and values of ${tokens} virtual tokens`,
    })
  const inner = projection.encoderHiddenSize ?? width
  return trained(model, {
    trainableParameters: sum([product([tokens, width]), linear(width, inner), linear(inner, all)]),
    trains: `keys and values of ${tokens} virtual tokens, and their projection`,
  })
}

/**
 * With the task type SEQ_2_SEQ_LM, PEFT makes a second half of virtual tokens for the decoder, which it never reads (`num_transformer_submodules`
 * in `_setup_prompt_encoder`, and `PeftModelForSeq2SeqLM.forward`).
 */
function stacksOf({ className, program }: Architecture): number {
  return program?.writes && headsOfTask(className) === undefined ? 2 : 1
}

function tokensOf(model: Architecture, tokens: number): string {
  return stacksOf(model) === 1
    ? `${tokens} virtual tokens`
    : `${tokens} virtual tokens, and of as many more that PEFT makes for the decoder and never reads`
}

/** Adds the head of a classifier. Virtual tokens need a task type, with which PEFT copies and trains the head. */
function trained(model: Architecture, { trainableParameters, trains }: TrainedTokens): TrainedTokens {
  const heads = headsOfTask(model.className) ?? []
  const ofHead = [...parameterGroups(model)].filter(({ path }) =>
    path.slice(0, -1).some((step) => typeof step === 'string' && heads.some((head) => step.endsWith(head))),
  )
  if (ofHead.length === 0) return { trainableParameters, trains }
  const size = sum(ofHead.map(({ shape, count }) => product([...shape, count])))
  return { trainableParameters: sum([trainableParameters, size]), trains: `${trains}, and the head` }
}

/** Refuses models without words, in which PEFT finds no embedding. */
function refuseWordless({ className, dimensions }: Architecture): void {
  if (dimensions.vocabSize > 0) return
  throw new RangeError(`PEFT 0.21.2 stops at virtual tokens for ${className}, whose config has no vocab_size: use lora`)
}

/** Refuses heads whose features are not a share of the hidden size: PEFT takes that from the config of encoders and encoder-decoders. */
function refuseOtherHeads({ className, dimensions, program }: Architecture): void {
  const { heads, headDim, hiddenSize } = dimensions
  if (!program || headDim === undefined || headDim * heads === hiddenSize) return
  throw new RangeError(
    `PEFT 0.21.2 makes prefixes of ${hiddenSize} / ${heads} features, but the heads of ${className} have ${headDim}, so that it stops: use prompt_tuning`,
  )
}

/** The parameters of a linear layer with a bias. */
function linear(inFeatures: number, outFeatures: number): number {
  return sum([product([inFeatures, outFeatures]), outFeatures])
}
