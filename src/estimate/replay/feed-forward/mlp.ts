import type { DecoderRun } from '../decoder-run.js'
import { expertMixture } from '../experts/experts.js'
import { parallelExperts } from '../experts/parallel-experts.js'
import { routedPart } from '../experts/routed-part.js'
import { vectorExperts } from '../experts/vector-experts.js'
import { child, type Named, outFeatures, submodule } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { activate } from './activations.js'
import { channelMix } from './channel-mix.js'
import { clampedMlp } from './clamped-gate.js'
import { fusedGate, gated } from './gated-mlp.js'
import { plainMlp } from './plain-mlp.js'

/** The feed-forward network of a layer, of any kind. The caller keeps the input. */
export function mlp(run: DecoderRun, block: Named, input: Tensor): Tensor {
  if (routedPart(block)) return expertMixture(run, block, input)
  if (child(block, 'receptance')) return channelMix(run, block, input)
  if (child(block, 'router_gate')) return vectorExperts(run, block, input)
  if (run.forward.feedForward.clamped !== 'no') return clampedMlp(run, block, input)
  if (child(block, 'input_linear')?.module.linear) return fused(run, block, input, ['input_linear', 'output_linear'])
  if (child(block, 'input_linear')) return parallelExperts(run, block, input)
  if (child(block, 'gate_up_proj')) return fused(run, block, input, ['gate_up_proj', 'down_proj'])
  if (child(block, 'gate_proj')) return gated(run, block, input, ['gate_proj', 'up_proj', 'down_proj'])
  if (child(block, 'w1') && child(block, 'w3')) return gated(run, block, input, ['w1', 'w3', 'w2'])
  if (child(block, 'w1') && child(block, 'w2')) return gateSecond(run, block, input)
  return plainMlp(run, block, input)
}

/** Phi-3 computes gate and up projection in one product, and splits it into views. */
function fused(run: DecoderRun, block: Named, input: Tensor, [wide, narrow]: readonly [string, string]): Tensor {
  const { layers } = run
  const { ops } = layers
  const { tape } = ops
  const both = layers.linear(`${block.name}.${wide}`, input, outFeatures(child(block, wide)))
  const half = both.elements / 2
  const parts = ops.split(both, [half, half])
  const [gate = both, up = both] = parts
  const product = layers.kernels.gates ? fusedHalves(run, gate, up) : multiplied(run, gate, up)
  const output = layers.linear(`${block.name}.${narrow}`, product, outFeatures(child(block, narrow)))
  tape.free(product, both, ...parts)
  return output
}

function multiplied(run: DecoderRun, gate: Tensor, up: Tensor): Tensor {
  const { ops } = run.layers
  const opened = activate(run, gate)
  const product = ops.mul(up, opened)
  ops.tape.free(opened)
  return product
}

/** The kernel needs contiguous halves (`ensure_contiguous` of Liger). */
function fusedHalves(run: DecoderRun, gate: Tensor, up: Tensor): Tensor {
  const { ops } = run.layers
  const halves = [ops.contiguous(gate), ops.contiguous(up)] as const
  const product = fusedGate(run, ...halves)
  ops.tape.free(...halves)
  return product
}

/** `c_proj(w1(x) * act(w2(x)))`. The code names both projections and their product (Qwen). */
function gateSecond(run: DecoderRun, block: Named, input: Tensor): Tensor {
  const { layers } = run
  const { ops } = layers
  const [raised, gate] = ['w1', 'w2'].map((name) =>
    layers.linear(`${block.name}.${name}`, input, outFeatures(child(block, name))),
  )
  if (!raised || !gate) throw new Error('there are two projections')
  const opened = activate(run, gate)
  const product = ops.mul(raised, opened)
  ops.tape.free(opened)
  const output = layers.linear(`${block.name}.c_proj`, product, outFeatures(child(block, 'c_proj')))
  ops.tape.free(product, raised, gate)
  return output
}

/** Whether a layer has the two projections of its feed-forward network itself (OPT). */
export function writtenInLayer(layer: Named): boolean {
  return !submodule(layer, 'mlp') && !child(layer, 'shared_mlp')
}
