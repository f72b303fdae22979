import type { SingleResidual } from '../../../architecture/index.js'
import type { DecoderRun } from '../decoder-run.js'
import { norm } from '../norms/norms.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { attend } from './layer-attention.js'

/** `x + block(norm(x))`. */
export function singleLayer(
  run: DecoderRun,
  layer: Named,
  input: Tensor,
  index: number,
  { float32 }: Required<SingleResidual>,
): Tensor {
  const { ops, weights } = run.layers
  const { tape } = ops
  const first = child(layer, 'norm')
  if (!first) throw new UndescribedBlock(`${layer.name} has no norm`)
  const given = ops.to(input, weights.get(`${first.name}.weight`).dtype)
  const normal = norm(run, first, given)
  tape.free(given)
  const residual = float32 ? ops.to(input, 'float32') : tape.alias(input)
  const mixed = attend(run, layer, normal, index)
  const output = ops.add(residual, mixed)
  tape.free(normal, residual, mixed)
  return output
}
