import type { DecoderRun } from '../decoder-run.js'
import { dropped } from '../dropout.js'
import { child, item, type Named, outFeatures, submodule } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { activate } from './activations.js'

/**
 * Two projections with an activation function between them.
 *
 * @param rebinds - whether the input is freed after the first one. Default: the caller keeps it
 */
export function plainMlp(run: DecoderRun, block: Named, input: Tensor, { rebinds = false } = {}): Tensor {
  const { layers } = run
  const { tape } = layers.ops
  const up = submodule(block, 'up') ?? item(block, 0)
  const down = submodule(block, 'down') ?? item(block, 2)
  if (!up || !down) throw new UndescribedBlock(`no model for ${block.name}, a ${block.module.type}`)
  const before = layers.linear(up.name, input, outFeatures(up))
  const isLate = run.forward.feedForward.inOneExpression
  if (rebinds && !isLate) tape.free(input)
  const whole = run.forward.feedForward.halved
    ? gatedHalves(run, before)
    : activate(run, before, child(block, 'act_fn'))
  tape.free(before)
  if (rebinds && isLate) tape.free(input)
  const bent = dropped(run, 'activated', whole)
  const output = layers.linear(down.name, bent, outFeatures(down))
  const { residual } = run.forward
  if (residual.order === 'sequential' && residual.addedIn !== 'layer') run.named.push(bent)
  else tape.free(bent)
  return output
}

/** `act(x[0]) * x[1]` of both halves of an array. The caller keeps it. */
function gatedHalves(run: DecoderRun, both: Tensor): Tensor {
  const { ops } = run.layers
  const half = both.elements / 2
  const [gate = both, other = both] = ops.split(both, [half, half])
  const opened = activate(run, gate)
  const product = ops.mul(opened, other)
  ops.tape.free(opened, gate, other)
  return product
}
