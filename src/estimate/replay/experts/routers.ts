import { softmax } from '../attention/eager-attention.js'
import type { DecoderRun } from '../decoder.js'
import type { Layers } from '../layers.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import type { ExpertTraits } from './expert-traits.js'
import { divided, dividedInPlace, gathered, largest, maskedIn } from './router-operations.js'
import { sampled } from './sampling-router.js'

/** What a router says of each token: which experts, and how much of each. */
export interface Routes {
  readonly indices: Tensor
  readonly weights: Tensor
  /** What the block has names for until it returns. */
  readonly held: readonly Tensor[]
  /** What it returns beside its result. */
  readonly logits?: Tensor
}

/** How many experts there are, and how many a token uses. */
export interface Choice {
  readonly experts: number
  readonly chosen: number
}

/** The router's choice; the input stays the caller's, what is returned is its own. */
export function route(run: DecoderRun, block: Named, input: Tensor, choice: Choice): Routes {
  const { router } = run.traits.experts
  if (router === 'batched') throw new UndescribedBlock(`the router of ${block.name} is not described`)
  return ROUTERS[router](run, block, input, choice)
}

type Router = (run: DecoderRun, block: Named, input: Tensor, choice: Choice) => Routes

const ROUTERS: Readonly<Record<Exclude<ExpertTraits['router'], 'batched'>, Router>> = {
  softmax: (run, block, input, choice) => {
    const logits = run.layers.linear(`${block.name}.gate`, input, choice.experts)
    return { ...best(run, logits, input, choice), ...returned(run, logits) }
  },
  wideSoftmax: (run, block, input, choice) => {
    const { ops } = run.layers
    const wide = ops.to(input, 'float32')
    const logits = run.layers.linear(`${block.name}.gate.wg`, wide, choice.experts)
    ops.tape.free(wide)
    return { ...best(run, logits, input, choice), ...returned(run, logits) }
  },
  biasedSoftmax,
  plainSoftmax,
  sigmoid,
  sampled,
}

function returned({ traits }: DecoderRun, logits: Tensor): Pick<Routes, 'held' | 'logits'> {
  return traits.experts.returnsLogits ? { held: [], logits } : { held: [logits] }
}

/** The largest shares of a softmax in float32, in the type of the input: Mixtral's choice. */
function best({ layers, traits }: DecoderRun, logits: Tensor, input: Tensor, { chosen }: Choice) {
  const { ops } = layers
  const { tape } = ops
  const scores = softmaxed(layers, logits)
  const { values, indices } = largest(layers, scores, chosen)
  tape.free(scores)
  const shares = traits.experts.normalised ? dividedInPlace(layers, values) : tape.alias(values)
  tape.free(values)
  const weights = ops.to(shares, input.dtype)
  tape.free(shares)
  return { indices, weights }
}

/** Ernie's: in float32 with autocast off, the choice by biased shares, the shares divided by their limited sum. */
function biasedSoftmax(run: DecoderRun, block: Named, input: Tensor, { experts, chosen }: Choice): Routes {
  const { layers } = run
  const { ops, tokens } = layers
  const { tape } = ops
  const wide = ops.to(input, 'float32')
  const logits = layers.linear(`${block.name}.gate`, wide, experts, false)
  tape.free(wide)
  const scores = softmaxed(layers, logits)
  const biased = ops.shift(scores)
  const { values, indices } = largest(layers, biased, chosen)
  tape.free(biased)
  const picked = gathered(layers, scores, indices)
  tape.free(scores)
  const sum = ops.mean(picked, tokens)
  const limited = ops.elementwise(sum, 'clamp')
  tape.free(sum)
  const shares = divided(layers, picked, limited)
  tape.free(picked, limited)
  const weights = ops.to(shares, input.dtype)
  tape.free(shares)
  const { held, ...beside } = returned(run, logits)
  return { indices, weights, ...beside, held: [...held, values] }
}

/** DeepSeek-V2's: a product and a softmax in float32; the shares are multiplied by a number. */
function plainSoftmax(run: DecoderRun, block: Named, input: Tensor, { experts, chosen }: Choice): Routes {
  const { layers, traits } = run
  const { ops } = layers
  const { tape } = ops
  const logits = wideLogits(layers, block, input, experts)
  const scores = softmaxed(layers, logits)
  const candidates = traits.experts.grouped ? maskedIn(layers, scores) : tape.alias(scores)
  const { values, indices } = largest(layers, candidates, chosen)
  const weights = ops.scale(values)
  tape.free(logits, scores, candidates, values)
  return { indices, weights, held: [] }
}

/** DeepSeek-V3's: sigmoids, the choice among the best groups by biased scores without gradients. */
function sigmoid({ layers, traits }: DecoderRun, block: Named, input: Tensor, { experts, chosen }: Choice): Routes {
  const { ops, tokens } = layers
  const { tape } = ops
  const logits = wideLogits(layers, block, input, experts)
  const scores = ops.elementwise(logits, 'sigmoid', 'output')
  const biased = tape.tensor(tokens * experts, 'float32', 'add')
  const candidates = tape.tensor(tokens * experts, 'float32', 'masked_fill')
  const indices = tape.tensor(tokens * chosen, 'int64', 'topk')
  tape.free(biased, candidates)
  const picked = gathered(layers, scores, indices)
  const shares = traits.experts.normalised ? dividedInPlace(layers, picked) : tape.alias(picked)
  const weights = ops.scale(shares)
  tape.free(logits, scores, picked, shares)
  return { indices, weights, held: [] }
}

/** The router's weight lies in its own module, and is cast with the input. */
function wideLogits(layers: Layers, block: Named, input: Tensor, experts: number): Tensor {
  const { ops } = layers
  const wide = ops.to(input, 'float32')
  const weight = ops.to(layers.weights.get(`${child(block, 'gate')?.name}.weight`), 'float32')
  const logits = layers.product(wide, weight, experts)
  ops.tape.free(wide, weight)
  return logits
}

function softmaxed(layers: Layers, logits: Tensor): Tensor {
  const wide = layers.ops.to(logits, 'float32')
  const scores = softmax(layers, wide)
  layers.ops.tape.free(wide)
  return scores
}
