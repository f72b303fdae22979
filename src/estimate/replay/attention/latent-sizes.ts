import type { Architecture, Module } from '../../../architecture/index.js'
import { baseOf, submodule } from '../submodules.js'

/** The sizes of multi-head latent attention. */
export interface LatentSizes {
  /** The width of the latent vector. */
  readonly kvRank: number
  /** Rotated features of a head's queries and keys, and those that are not. */
  readonly rope: number
  readonly plain: number
  /** Features of a head's values. */
  readonly value: number
}

/** The sizes of an attention block, as its projections tell them; absent where it is of another kind. */
export function latentSizesOf({ children = {} }: Module, heads: number): LatentSizes | undefined {
  const narrow = children['kv_a_proj_with_mqa']?.linear
  const wide = children['kv_b_proj']?.linear
  const output = children['o_proj']?.linear
  if (!narrow || !wide || !output) return undefined
  const value = output.inFeatures / heads
  return {
    kvRank: wide.inFeatures,
    rope: narrow.outFeatures - wide.inFeatures,
    plain: wide.outFeatures / heads - value,
    value,
  }
}

/** The share of a head's features that turn in latent attention; absent where a model has none. */
export function latentShareOf(architecture: Architecture): number | undefined {
  const base = baseOf(architecture)
  const [first] = (base && submodule(base, 'layers')?.module.items) ?? []
  const attention = first && submodule({ name: '', module: first.module }, 'attention')
  const sizes = attention && latentSizesOf(attention.module, architecture.dimensions.heads)
  return sizes && sizes.rope / (sizes.rope + sizes.plain)
}
