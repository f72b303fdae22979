import type { DecoderRun } from './decoder.js'
import type { Named } from './roles.js'
import type { Tensor } from './tape.js'

/** A norm, as its module and its family compute it. The input stays the caller's. */
export function norm({ layers, traits }: DecoderRun, { name, module }: Named, input: Tensor): Tensor {
  const size = module.parameters?.['weight']?.reduce((product, one) => product * one, 1)
  if (traits.norm === 'cohere' && size !== undefined)
    return layers.writtenOutLayerNorm(name, input, module.parameters?.['weight']?.at(-1) ?? size)
  if (traits.norm === 'float32') return layers.layerNormOfCopy(name, input)
  if (module.type !== 'RMSNorm' || size === undefined) return layers.layerNorm(name, input, traits.norm === 'shifted')
  if (traits.norm === 'gemma') return layers.gemmaNorm(name, input, size)
  return layers.rmsNorm(name, input, size, traits.norm === 'wide' || traits.norm === 'cast' ? traits.norm : 'narrow')
}
