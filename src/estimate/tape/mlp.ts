import type { Module } from '../../architecture/index.js'
import type { Layers } from './layers.js'
import type { Tensor } from './tape.js'
import type { ForwardTraits } from './traits.js'

/** The feed-forward network of a layer, whichever kind it is. The input stays the caller's. */
export function mlp(
  layers: Layers,
  name: string,
  module: Module | undefined,
  input: Tensor,
  traits: ForwardTraits,
): Tensor {
  const children = module?.children ?? {}
  if (children['gate_up_proj']) return fused(layers, name, children, input)
  if (children['experts']) return sparse(layers, name, children, input)
  if (children['gate_proj']) return gated(layers, name, children, input, ['gate_proj', 'up_proj', 'down_proj'])
  void traits
  throw new Error(`the forward pass of ${name} is not described`)
}

function gated(
  layers: Layers,
  name: string,
  children: Readonly<Record<string, Module>>,
  input: Tensor,
  [gate, up, down]: readonly [string, string, string],
): Tensor {
  const { ops } = layers
  const { tape } = ops
  const before = layers.linear(`${name}.${gate}`, input, outOf(children[gate]))
  const opened = ops.elementwise(before, 'silu')
  tape.free(before)
  const raised = layers.linear(`${name}.${up}`, input, outOf(children[up]))
  const product = ops.mul(opened, raised)
  tape.free(opened, raised)
  const output = layers.linear(`${name}.${down}`, product, outOf(children[down]))
  tape.free(product)
  return output
}

/** Phi-3 computes gate and way up at once, and takes them apart as views. */
function fused(layers: Layers, name: string, children: Readonly<Record<string, Module>>, input: Tensor): Tensor {
  const { ops } = layers
  const { tape } = ops
  const both = layers.linear(`${name}.gate_up_proj`, input, outOf(children['gate_up_proj']))
  const half = both.elements / 2
  const parts = ops.split(both, [half, half])
  const [gate = both, up = both] = parts
  const opened = ops.elementwise(gate, 'silu')
  const product = ops.mul(up, opened)
  tape.free(opened)
  const output = layers.linear(`${name}.down_proj`, product, outOf(children['down_proj']))
  tape.free(product, both, ...parts)
  return output
}

/**
 * A mixture of experts as Mixtral computes it: the router's choice, then expert after expert on the tokens that are its
 * own, each adding its rows into the result. Tokens are spread evenly, the first experts taking one more.
 */
function sparse(layers: Layers, name: string, children: Readonly<Record<string, Module>>, input: Tensor): Tensor {
  const { ops, tokens } = layers
  const { tape } = ops
  const { experts = 1, expertsPerToken: chosen = 1 } = children['experts']?.routed ?? {}
  const logits = layers.linear(`${name}.gate`, input, experts)
  const wide = ops.to(logits, 'float32')
  const scores = ops.elementwise(wide, '_softmax', 'output')
  tape.free(wide)
  const best = tape.tensor(tokens * chosen, 'int64', 'topk')
  const picked = choose(layers, scores, best)
  const shares = normalised(layers, picked)
  const weights = ops.to(shares, input.dtype === 'float32' ? 'float32' : input.dtype)
  tape.free(scores, picked, shares)
  let result = tape.tensor(input.elements, input.dtype, 'zeros')
  const mask = tape.tensor(tokens * chosen * experts, 'int64', '_to_copy')
  const item = children['experts']?.items?.[0]?.module
  let last: Tensor | undefined
  const [gateName = '', upName = '', downName = ''] = expertNames(item)
  for (let expert = 0; expert < experts; expert += 1) {
    const rows = Math.floor((tokens * chosen) / experts) + (expert < (tokens * chosen) % experts ? 1 : 0)
    const indices = tape.tensor(2 * rows, 'int64', 'zeros')
    const own = ops.index(input, (input.elements / tokens) * rows, indices)
    const made = gated(layers, `${name}.experts.${expert}`, item?.children ?? {}, own, [gateName, upName, downName])
    const share = ops.index(weights, rows, indices)
    const weighted = ops.mul(made, share)
    tape.free(share)
    const next = ops.indexAdd(result, weighted, indices)
    tape.free(result, made, own, indices, ...(last ? [last] : []))
    last = weighted
    result = next
  }
  if (last) tape.free(last)
  tape.free(mask, best, weights, logits)
  return result
}

/** The best scores of each token: where they stood is kept, to put their gradients back there. */
function choose({ ops }: Layers, scores: Tensor, places: Tensor): Tensor {
  const { tape } = ops
  return tape.record(
    [scores],
    { before: [places] },
    () => tape.tensor(places.elements, scores.dtype, 'topk'),
    () => [ops.gradient(scores.elements, scores.dtype, 'scatter')],
  )
}

/** Scores divided by their sum, in place: the undivided ones are kept as a copy, and so is the sum. */
function normalised({ ops, tokens }: Layers, scores: Tensor): Tensor {
  const { tape } = ops
  const sum = tape.tensor(tokens, scores.dtype, 'sum')
  const copy = tape.tensor(scores.elements, scores.dtype, 'clone')
  const divided = tape.record(
    [scores],
    { before: [copy, sum] },
    () => ({ ...tape.alias(scores) }),
    () => [ops.gradient(scores.elements, scores.dtype, 'div')],
  )
  tape.free(sum, copy)
  return divided
}

function expertNames(expert: Module | undefined): readonly [string, string, string] {
  return expert?.children?.['w1'] ? ['w1', 'w3', 'w2'] : ['gate_proj', 'up_proj', 'down_proj']
}

function outOf(module: Module | undefined): number {
  return module?.linear?.outFeatures ?? 0
}
