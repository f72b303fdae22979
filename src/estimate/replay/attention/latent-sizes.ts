import type { Module } from '../../../architecture/index.js'

/** The sizes of multi-head latent attention. */
export interface LatentSizes {
  /** The width of the latent vector. */
  readonly kvRank: number
  /** Features of a head's queries and keys, rotated and not rotated. */
  readonly rope: number
  readonly plain: number
  /** Features of a head's values. */
  readonly value: number
}

/** The sizes of an attention block, from its projections; absent for other kinds of attention. */
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
