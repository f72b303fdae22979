import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'

/**
 * Rotary position embedding of queries and keys (Su et al. 2021, arXiv:2104.09864), in all layers but the
 * `unrotatedLayers` of the model.
 */
export interface Rotation {
  /** How many features of a head are rotated. */
  readonly features: number | 'all'
  /**
   * Which features are rotated together: those of both halves, neighbours, which are brought into halves first, or
   * neighbours as complex numbers in float32. Default: `halves`.
   */
  readonly pairs?: 'halves' | 'neighbours' | 'complex'
  /**
   * What is in float32 beside the angles: nothing, the tables of cosines and sines, queries and keys, or each term of the
   * sum and the tables. Default: `nothing`.
   */
  readonly float32?: 'nothing' | 'tables' | 'inputs' | 'terms'
  /**
   * Whether rotated and other features are concatenated, which changes the order of dimensions of attention's output.
   * Default: no.
   */
  readonly concatenates?: boolean
  /** Whether the rotated features live as long as attention, beside the concatenated ones. Default: no. */
  readonly keepsRotated?: boolean
  /**
   * Where layers with a window have tables of their own: `one` is shared by all layers; of `two`, a layer is given those of
   * its kind, or `both`. Default: `one`.
   */
  readonly tables?: 'one' | 'two' | 'both'
  /** Whether each layer makes tables of its own, with each value twice. Default: no. */
  readonly repeatsTables?: boolean
  /** Where the frequencies lie: in a buffer of the model, in one of each attention too, or nowhere. Default: `model`. */
  readonly frequencies?: 'model' | 'modelAndAttention' | 'recomputed'
}

/** Biases of attention scores by distance: beside them nothing is rotated, though the tables of rotation may be made. */
export interface Alibi {
  /** The type of the mask that distances are counted from. */
  readonly maskDtype: 'float32' | 'int64'
}

/**
 * Rotation of a share of a head's features, which are concatenated with the others. They are counted whole, as in
 * `int(head_dim * partial_rotary_factor)`, and are no more than a head has.
 *
 * @param absent - the share where the config names none
 */
export function partialRotation(
  config: ConfigReader,
  { headDim, hiddenSize, heads }: Dimensions,
  absent: number,
): Rotation {
  const whole = headDim ?? hiddenSize / Math.max(heads, 1)
  const nested = config.object('rope_parameters')
  const reader = nested.has('partial_rotary_factor') ? nested : config
  const share = reader.number(['partial_rotary_factor', 'rotary_pct'], absent)
  const features = config.optionalInteger('rotary_dim') ?? Math.floor(whole * share)
  return { features: Math.min(Math.max(features, 0), whole), concatenates: true }
}
