import type { ThinnedResidual } from '../../../architecture/index.js'
import type { DecoderRun } from '../decoder-run.js'
import { mlp } from '../feed-forward/mlp.js'
import { norm } from '../norms/norms.js'
import { child, type Named, outFeatures, submodule } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { attendWith } from './layer-attention.js'
import { ownWeights } from './layer-parts.js'

/** `y = x + attention(norm(x))`, then `y + mlp(norm(y))`, as far as the layer has these blocks. */
export function thinnedLayer(
  run: DecoderRun,
  layer: Named,
  input: Tensor,
  index: number,
  { linear }: ThinnedResidual,
): Tensor {
  const { tape } = run.layers.ops
  const attention = submodule(layer, 'attention')
  const network = submodule(layer, 'mlp')
  const middle = behind(run, layer, 'firstNorm', attention, linear.attention, input, (block, normal) =>
    attendWith(run, block, normal, index),
  )
  const output = behind(run, layer, 'secondNorm', network, linear.network, middle, (block, normal) =>
    mlp(run, block, normal),
  )
  tape.free(middle, ...ownWeights(run))
  return output
}

/** The sum with a block, which may be a single linear layer; without a block the same tensor. The caller keeps the input. */
function behind(
  run: DecoderRun,
  layer: Named,
  normKind: 'firstNorm' | 'secondNorm',
  block: Named | undefined,
  linear: string,
  input: Tensor,
  compute: (block: Named, normal: Tensor) => Tensor,
): Tensor {
  const { layers } = run
  const { ops } = layers
  if (!block) return ops.tape.alias(input)
  const before = submodule(layer, normKind)
  const normal = before ? norm(run, before, input) : ops.tape.alias(input)
  const single = child(block, linear)
  const made = single ? layers.linear(single.name, normal, outFeatures(single)) : compute(block, normal)
  ops.tape.free(normal)
  const sum = ops.add(input, made)
  ops.tape.free(made)
  return sum
}
