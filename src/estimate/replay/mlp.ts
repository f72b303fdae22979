import { activate } from './activations.js'
import type { DecoderRun } from './decoder.js'
import { mixture } from './experts/experts.js'
import { parallelExperts } from './experts/parallel-experts.js'
import { norm } from './norms.js'
import { child, type Named, submodule } from './submodules.js'
import type { Tensor } from './tape.js'
import { UndescribedBlock } from './undescribed-block.js'

/** The feed-forward network of a layer, whichever kind it is. The input stays the caller's. */
export function mlp(run: DecoderRun, block: Named, input: Tensor): Tensor {
  if (child(block, 'experts')) return mixture(run, block, input)
  if (child(block, 'input_linear')) return parallelExperts(run, block, input)
  if (child(block, 'gate_up_proj')) return fused(run, block, input)
  if (child(block, 'gate_proj')) return gated(run, block, input, ['gate_proj', 'up_proj', 'down_proj'])
  if (child(block, 'w1') && child(block, 'w3')) return gated(run, block, input, ['w1', 'w3', 'w2'])
  return plain(run, block, input)
}

/** `down(act(gate(x)) * up(x))`: three intermediates are kept, and the input of the last projection. */
export function gated(
  run: DecoderRun,
  block: Named,
  input: Tensor,
  [gate, up, down]: readonly [string, string, string],
): Tensor {
  const { layers } = run
  const { ops } = layers
  const { tape } = ops
  const before = layers.linear(`${block.name}.${gate}`, input, outOf(child(block, gate)))
  const opened = activate(run, before)
  tape.free(before)
  const raised = layers.linear(`${block.name}.${up}`, input, outOf(child(block, up)))
  const product = ops.mul(opened, raised)
  tape.free(opened, raised)
  const inner = child(block, 'ffn_sub_norm')
  const normal = inner ? norm(run, inner, product) : tape.alias(product)
  tape.free(product)
  const output = layers.linear(`${block.name}.${down}`, normal, outOf(child(block, down)))
  tape.free(normal)
  return output
}

/** Phi-3 computes gate and way up at once, and takes them apart as views. */
function fused(run: DecoderRun, block: Named, input: Tensor): Tensor {
  const { layers } = run
  const { ops } = layers
  const { tape } = ops
  const both = layers.linear(`${block.name}.gate_up_proj`, input, outOf(child(block, 'gate_up_proj')))
  const half = both.elements / 2
  const parts = ops.split(both, [half, half])
  const [gate = both, up = both] = parts
  const opened = activate(run, gate)
  const product = ops.mul(up, opened)
  tape.free(opened)
  const output = layers.linear(`${block.name}.down_proj`, product, outOf(child(block, 'down_proj')))
  tape.free(product, both, ...parts)
  return output
}

/** Two projections and a function between them. */
function plain(run: DecoderRun, block: Named, input: Tensor): Tensor {
  const { layers } = run
  const { tape } = layers.ops
  const up = submodule(block, 'up')
  const down = submodule(block, 'down')
  if (!up || !down)
    throw new UndescribedBlock(`the forward pass of ${block.name}, a ${block.module.type}, is not described`)
  const before = layers.linear(up.name, input, outOf(up))
  const bent = activate(run, before)
  tape.free(before)
  const output = layers.linear(down.name, bent, outOf(down))
  tape.free(bent)
  return output
}

function outOf(named: Named | undefined): number {
  return named?.module.linear?.outFeatures ?? 0
}
