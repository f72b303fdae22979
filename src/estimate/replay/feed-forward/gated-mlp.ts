import { unslothMlp } from '../adapters/unsloth-mlp.js'
import type { DecoderRun } from '../decoder-run.js'
import { norm } from '../norms/norms.js'
import { child, type Named, outFeatures } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { activate } from './activations.js'

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
  if (run.forward.feedForward.float32) return inFloat32(run, block, input, [gate, up, down])
  if (run.forward.feedForward.scaled) return scaledGated(run, block, input, [gate, up, down])
  const whole = !child(block, 'ffn_sub_norm') && fusedWhole(run, block, input, [gate, up, down])
  if (whole) return whole
  const before = layers.linear(`${block.name}.${gate}`, input, outFeatures(child(block, gate)))
  const opened = isFusedGate(run, block, [gate, up, down]) ? tape.alias(before) : activate(run, before)
  tape.free(before)
  const raised = layers.linear(`${block.name}.${up}`, input, outFeatures(child(block, up)))
  const product = isFusedGate(run, block, [gate, up, down]) ? fusedGate(run, opened, raised) : ops.mul(opened, raised)
  tape.free(opened, raised)
  const inner = child(block, 'ffn_sub_norm')
  const normal = inner ? norm(run, inner, product) : tape.alias(product)
  tape.free(product)
  const output = layers.linear(`${block.name}.${down}`, normal, outFeatures(child(block, down)))
  tape.free(normal)
  return output
}

/** All of it in one operation with the adapters of its layers, if there are such. */
function fusedWhole(
  { layers }: DecoderRun,
  block: Named,
  input: Tensor,
  names: readonly [string, string, string],
): Tensor | undefined {
  const { tape } = layers.ops
  const adapted = layers.fusedLayers(
    names.map((name) => ({ name: `${block.name}.${name}`, outFeatures: outFeatures(child(block, name)) })),
  )
  const [gate, up, down] = adapted ?? []
  if (!gate || !up || !down) return undefined
  const left = layers.castInput(input, layers.autocast)
  const output = unslothMlp(layers, left, [gate, up, down])
  tape.free(left)
  return output
}

/** `down((act(gate(x).float()) * up(x).float()).to(dtype))`. The code holds both projections until it returns. */
function inFloat32(
  run: DecoderRun,
  block: Named,
  input: Tensor,
  [gate, up, down]: readonly [string, string, string],
): Tensor {
  const { layers } = run
  const { ops } = layers
  const { tape } = ops
  const [before, raised] = [gate, up].map((name) =>
    layers.linear(`${block.name}.${name}`, input, outFeatures(child(block, name))),
  )
  if (!before || !raised) throw new Error('there are two projections')
  const wide = ops.to(before, 'float32')
  const opened = activate(run, wide)
  tape.free(wide)
  const other = ops.to(raised, 'float32')
  const product = ops.mul(opened, other)
  tape.free(opened, other)
  const activated = ops.to(product, before.dtype)
  tape.free(product)
  const output = layers.linear(`${block.name}.${down}`, activated, outFeatures(child(block, down)))
  tape.free(activated, before, raised)
  return output
}

/** `down(up(x) * act(gate(x) * a)) * b`. */
function scaledGated(
  run: DecoderRun,
  block: Named,
  input: Tensor,
  [gate, up, down]: readonly [string, string, string],
): Tensor {
  const { layers } = run
  const { ops } = layers
  const { tape } = ops
  const raised = layers.linear(`${block.name}.${up}`, input, outFeatures(child(block, up)))
  const before = layers.linear(`${block.name}.${gate}`, input, outFeatures(child(block, gate)))
  const scaled = ops.scale(before)
  tape.free(before)
  const opened = activate(run, scaled)
  tape.free(scaled)
  const product = ops.mul(raised, opened)
  tape.free(raised, opened)
  const output = layers.linear(`${block.name}.${down}`, product, outFeatures(child(block, down)))
  const last = ops.scale(output)
  tape.free(output, product)
  return last
}

/**
 * Whether one kernel computes the gated activation. That of Unsloth 2024 is part of its operation for three adapted layers
 * (`LoRA_MLP` in `kernels/fast_lora.py`).
 */
function isFusedGate({ layers }: DecoderRun, block: Named, names: readonly string[]): boolean {
  const { gates, adapters } = layers.kernels
  return gates || (adapters === 'each' && names.every((name) => layers.weights.adapter(`${block.name}.${name}`)))
}

/** `act(gate) * up` in one kernel, which saves both and writes their gradients over them. */
export function fusedGate({ layers }: DecoderRun, gate: Tensor, up: Tensor): Tensor {
  const { tape } = layers.ops
  return tape.record(
    [gate, up],
    { before: [gate, up] },
    () => tape.tensor(gate.elements, gate.dtype, 'swiglu'),
    (_, saved) =>
      [gate, up].map((one, index) => {
        const storage = saved[index]
        return one.grad && storage && tape.ledger.retain(storage)
      }),
  )
}
