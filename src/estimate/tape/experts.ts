import type { Module } from '../../architecture/index.js'
import type { DecoderRun } from './decoder.js'
import type { Layers } from './layers.js'
import { gated } from './mlp.js'
import { child, type Named } from './roles.js'
import type { Tensor } from './tape.js'
import { UndescribedBlock } from './undescribed-block.js'

/**
 * A mixture of experts as Mixtral computes it: the router's choice, then expert after expert on the tokens that are its
 * own, each adding its rows into the result. Tokens are spread evenly, the first experts taking one more.
 */
export function mixture(run: DecoderRun, block: Named, input: Tensor): Tensor {
  const { layers } = run
  const { ops, tokens } = layers
  const { name } = block
  const children = block.module.children ?? {}
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
  if (!item)
    throw new UndescribedBlock(`the forward pass of ${name}, whose experts lie in one tensor, is not described`)
  let last: Tensor | undefined
  const [gateName = '', upName = '', downName = ''] = expertNames(item)
  for (let expert = 0; expert < experts; expert += 1) {
    const rows = Math.floor((tokens * chosen) / experts) + (expert < (tokens * chosen) % experts ? 1 : 0)
    const indices = tape.tensor(2 * rows, 'int64', 'zeros')
    const own = ops.index(input, (input.elements / tokens) * rows, indices)
    const made = gated(run, { name: `${name}.experts.${expert}`, module: item }, own, [gateName, upName, downName])
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
  return withShared(run, block, input, result)
}

/** The expert that every token passes, behind a gate of its own where there is one (Qwen 2). */
function withShared(run: DecoderRun, block: Named, input: Tensor, routed: Tensor): Tensor {
  const shared = child(block, 'shared_expert') ?? child(block, 'shared_experts')
  if (!shared) return routed
  const { layers } = run
  const { ops } = layers
  const { tape } = ops
  let made = gated(run, shared, input, ['gate_proj', 'up_proj', 'down_proj'])
  const gate = child(block, 'shared_expert_gate')
  if (gate) {
    const open = layers.linear(gate.name, input, 1)
    const share = ops.elementwise(open, 'sigmoid', 'output')
    const weighted = ops.mul(share, made)
    tape.free(open, share, made)
    made = weighted
  }
  const sum = ops.add(routed, made)
  tape.free(routed, made)
  return sum
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
