import { activate } from './activations.js'
import type { DecoderRun } from './decoder-run.js'
import { norm } from './norms.js'
import { child, type Named, outFeatures } from './submodules.js'
import type { Tensor } from './tape.js'

/** `down(act(gate(x)) * up(x))`. It saves three intermediates, and the input of the last projection. */
export function gated(
  run: DecoderRun,
  block: Named,
  input: Tensor,
  [gate, up, down]: readonly [string, string, string],
): Tensor {
  const { layers } = run
  const { ops } = layers
  const { tape } = ops
  const before = layers.linear(`${block.name}.${gate}`, input, outFeatures(child(block, gate)))
  const opened = activate(run, before)
  tape.free(before)
  const raised = layers.linear(`${block.name}.${up}`, input, outFeatures(child(block, up)))
  const product = ops.mul(opened, raised)
  tape.free(opened, raised)
  const inner = child(block, 'ffn_sub_norm')
  const normal = inner ? norm(run, inner, product) : tape.alias(product)
  tape.free(product)
  const output = layers.linear(`${block.name}.${down}`, normal, outFeatures(child(block, down)))
  tape.free(normal)
  return output
}
