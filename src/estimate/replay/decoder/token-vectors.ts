import type { Layers } from '../layers.js'
import { type Named, outFeatures } from '../submodules.js'
import type { Tensor } from '../tape.js'

/**
 * A vector of length 1 for each token, multiplied by the mask of tokens (`ColPaliForRetrieval.forward` in transformers 4.57.6). It runs without
 * gradients only: the class computes no loss. The caller keeps the hidden states.
 */
export function tokenVectors(layers: Layers, layer: Named, hidden: Tensor): Tensor {
  const { ops, tokens } = layers
  const { tape } = ops
  const projected = layers.linear(layer.name, hidden, outFeatures(layer))
  const lengths = tape.tensor(tokens, projected.dtype, 'linalg_vector_norm')
  const unit = tape.tensor(projected.elements, projected.dtype, 'div')
  tape.free(lengths, projected)
  const masked = ops.scale(unit)
  tape.free(unit)
  return masked
}
