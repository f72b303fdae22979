import type { ComposedRouter, Mixture as ForwardMixture, Router as RouterName } from '../../../architecture/index.js'
import { softmax } from '../attention/softmax.js'
import type { DecoderRun } from '../decoder-run.js'
import type { Layers } from '../layers.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { divided, dividedInPlace, gathered, largest, maskedIn } from './router-operations.js'
import type { Choice, Routes } from './routes.js'
import { sampled } from './sampling-router.js'

/** Runs the router. The caller keeps the input and owns the result. */
export function route(run: DecoderRun, mixture: Mixture, block: Named, input: Tensor, choice: Choice): Routes {
  const { router } = mixture
  if (isApart(router)) throw new UndescribedBlock(`no model for the router of ${block.name}`)
  return ROUTERS[router](run, mixture, block, input, choice)
}

/** Routers of mixtures that have a file of their own. */
const APART = [
  'batched',
  'softmaxOfLargest',
  'softmaxIntoZeros',
  'sigmoidInOne',
  'sigmoidOfLogits',
  'sigmoidOfModel',
  'softmaxInOne',
  'softmaxOfNormalised',
] as const
type Apart = (typeof APART)[number]

function isApart(router: RouterName | ComposedRouter): router is Apart | ComposedRouter {
  return typeof router === 'object' || APART.some((one) => one === router)
}

type Mixture = Required<ForwardMixture>

type Router = (run: DecoderRun, mixture: Mixture, block: Named, input: Tensor, choice: Choice) => Routes

const ROUTERS: Readonly<Record<Exclude<RouterName, Apart>, Router>> = {
  softmax: (run, mixture, block, input, choice) => {
    const logits = run.layers.linear(gateOf(block).name, input, choice.experts)
    return { ...best(run, mixture, logits, input, choice), ...returned(mixture, logits) }
  },
  softmaxOfFloat32Input: (run, mixture, block, input, choice) => {
    const { ops, weights } = run.layers
    const name = `${block.name}.gate.wg`
    // The code asks for the dtype of the weight, which is no float32 where it is packed.
    const { storedAs } = weights.get(`${name}.weight`)
    const wide = storedAs ? ops.tape.alias(input) : ops.to(input, 'float32')
    const logits = run.layers.linear(name, wide, choice.experts)
    ops.tape.free(wide)
    return { ...best(run, mixture, logits, input, choice), ...returned(mixture, logits) }
  },
  biasedSoftmax,
  scaledSoftmax,
  sigmoid,
  softmaxByBias,
  sampled: (run, _, block, input, choice) => sampled(run, block, input, choice),
}

/** The linear layer of the router. */
function gateOf(block: Named): Named {
  const gate = child(block, 'gate') ?? child(block, 'router')
  if (!gate) throw new UndescribedBlock(`no model for the router of ${block.name}`)
  return gate
}

function returned({ returnsLogits }: Mixture, logits: Tensor): Pick<Routes, 'held' | 'logits'> {
  return returnsLogits ? { held: [], logits } : { held: [logits] }
}

/** Mixtral: the largest weights of a float32 softmax, cast to the dtype of the input. */
function best({ layers }: DecoderRun, { normalised }: Mixture, logits: Tensor, input: Tensor, { chosen }: Choice) {
  const { ops } = layers
  const { tape } = ops
  const scores = softmaxed(layers, logits)
  const { values, indices } = largest(layers, scores, chosen)
  tape.free(scores)
  const shares = normalised ? dividedInPlace(layers, values) : tape.alias(values)
  tape.free(values)
  const weights = ops.to(shares, input.dtype)
  tape.free(shares)
  return { indices, weights }
}

/** Ernie: in float32 without autocast. Experts are chosen by biased weights; the weights are divided by their clamped sum. */
function biasedSoftmax(
  run: DecoderRun,
  mixture: Mixture,
  block: Named,
  input: Tensor,
  { experts, chosen }: Choice,
): Routes {
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
  const { held, ...beside } = returned(mixture, logits)
  return { indices, weights, ...beside, held: [...held, values] }
}

/** DeepSeek-V2: a product and a softmax in float32. The weights are multiplied by a constant. */
function scaledSoftmax(
  { layers }: DecoderRun,
  { grouped }: Mixture,
  block: Named,
  input: Tensor,
  { experts, chosen }: Choice,
): Routes {
  const { ops } = layers
  const { tape } = ops
  const logits = wideLogits(layers, child(block, 'gate'), input, experts)
  const scores = softmaxed(layers, logits)
  const candidates = grouped ? maskedIn(layers, scores) : tape.alias(scores)
  const { values, indices } = largest(layers, candidates, chosen)
  const weights = ops.scale(values)
  tape.free(logits, scores, candidates, values)
  return { indices, weights, held: [] }
}

/** DeepSeek-V3: sigmoids. Experts are chosen from the best groups, by biased scores without gradients. */
function sigmoid(
  { layers }: DecoderRun,
  { normalised }: Mixture,
  block: Named,
  input: Tensor,
  { experts, chosen }: Choice,
): Routes {
  const { ops, tokens } = layers
  const { tape } = ops
  const logits = wideLogits(layers, child(block, 'gate'), input, experts)
  const scores = ops.elementwise(logits, 'sigmoid', 'output')
  const biased = tape.tensor(tokens * experts, 'float32', 'add')
  const candidates = tape.tensor(tokens * experts, 'float32', 'masked_fill')
  const indices = tape.tensor(tokens * chosen, 'int64', 'topk')
  tape.free(biased, candidates)
  const picked = gathered(layers, scores, indices)
  const shares = normalised ? dividedInPlace(layers, picked) : tape.alias(picked)
  const weights = ops.scale(shares)
  tape.free(logits, scores, picked, shares)
  return { indices, weights, held: [] }
}

/** LongCat-Flash: a softmax. Experts are chosen by biased shares without gradients. */
function softmaxByBias(
  { layers }: DecoderRun,
  _: Mixture,
  block: Named,
  input: Tensor,
  { experts, chosen }: Choice,
): Routes {
  const { ops, tokens } = layers
  const { tape } = ops
  const router = child(block, 'router')
  const logits = wideLogits(layers, router && child(router, 'classifier'), input, experts)
  const scores = softmaxed(layers, logits)
  const biased = tape.tensor(tokens * experts, 'float32', 'add')
  const indices = tape.tensor(tokens * chosen, 'int64', 'topk')
  tape.free(biased)
  const picked = gathered(layers, scores, indices)
  const weights = ops.scale(picked)
  tape.free(logits, scores, picked)
  return { indices, weights, held: [] }
}

/** The router's weight is in its own module, and is cast together with the input. */
function wideLogits(layers: Layers, gate: Named | undefined, input: Tensor, experts: number): Tensor {
  const { ops } = layers
  const wide = ops.to(input, 'float32')
  const weight = ops.to(layers.weights.get(`${gate?.name}.weight`), 'float32')
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
