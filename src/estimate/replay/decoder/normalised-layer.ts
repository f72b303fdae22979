import type { DecoderRun } from '../decoder-run.js'
import { norm } from '../norms/norms.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { attend } from './layer-attention.js'
import { feed, normsOf, ownWeights } from './layer-parts.js'

/** `y = norm(x)`, then `y * a + block(y) * b`, for both blocks. */
export function normalisedLayer(run: DecoderRun, layer: Named, input: Tensor, index: number): Tensor {
  const { ops } = run.layers
  const { tape } = ops
  const { first, second } = normsOf(layer)
  if (!first || !second) throw new UndescribedBlock(`${layer.name} lacks a norm`)
  const joinedWith = (normal: Tensor, made: Tensor): Tensor => {
    const terms = [ops.scale(normal), ops.scale(made)] as const
    const sum = ops.add(...terms)
    tape.free(...terms, normal, made)
    return sum
  }
  const normal = norm(run, first, input)
  const middle = joinedWith(normal, attend(run, layer, normal, index))
  const again = norm(run, second, middle)
  tape.free(middle)
  // The code binds what attention returns beside its output to the same name as what experts do.
  const beside = run.attentionWeights.splice(0)
  const tokens = ops.view(again)
  const fed = feed(run, layer, tokens)
  tape.free(tokens, ...beside)
  const output = joinedWith(again, fed)
  tape.free(...ownWeights(run))
  return output
}
