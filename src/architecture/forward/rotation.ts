import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'

/**
 * Rotary position embedding of queries and keys (Su et al. 2021, arXiv:2104.09864), in all layers except the
 * `unrotatedLayers` of the model.
 */
export interface Rotation {
  /** How many features of a head are rotated. */
  readonly features: number | 'all'
  /** The same in layers with a window, if their heads have another size. Default: as many as in the others. */
  readonly windowFeatures?: number | undefined
  /**
   * Which features are rotated together: those of both halves; those of both halves, which are
   * rotated apart and concatenated, with tables of half the size; neighbours, which are first reordered into halves; or
   * neighbours as complex numbers in float32. Default: `halves`.
   */
  readonly pairs?: 'halves' | 'halvesApart' | 'neighbours' | 'complex'
  /**
   * What is in float32 besides the angles: nothing, the tables of cosines and sines, queries and keys, these with copies of the tables in
   * each layer (HunyuanOCR), or each term of the sum and the tables. Default: `nothing`.
   */
  readonly float32?: 'nothing' | 'tables' | 'inputs' | 'inputsAndTables' | 'terms'
  /**
   * Whether rotated and other features are concatenated, which changes the dimension order of attention's output.
   * Default: no.
   */
  readonly concatenates?: boolean
  /** Whether the rotated features stay alive until attention ends, next to the concatenated ones. Default: no. */
  readonly keepsRotated?: boolean
  /**
   * Whether layers with a window have their own tables: `one` table is shared by all layers; with `two`, a layer receives
   * those of its kind, with `both` all of them; each attention makes its own `inLayers` (DBRX). Default: `one`.
   */
  readonly tables?: 'one' | 'two' | 'both' | 'inLayers'
  /**
   * The positions of one table with cosines and sines next to each other, made anew in each pass whatever the tokens are (GLM-4-9B). Default: two
   * tables for the positions of the tokens.
   */
  readonly stackedPositions?: number | undefined
  /** Which layers receive the tables: all, or only those with attention, or that rotate. Default: `all`. */
  readonly receivers?: 'all' | 'attention' | 'rotated'
  /** Whether each layer computes its own tables, with each value twice. Default: no. */
  readonly repeatsTables?: boolean
  /**
   * Positions with three axes: time, height and width. Each sequence has tables of its own: one that takes its features from three
   * axes (`inTable`), or three, which each layer joins (`inLayers`). Default: `one`, and all sequences share the tables.
   */
  readonly axes?: 'one' | 'inTable' | 'inLayers'
  /** Whether the code counts places on the axes in a text without images, where layers join tables. Default: it does. */
  readonly axesOfText?: 'one' | 'counted'
  /** Whether the code around the model counts the places on the axes before it runs: a {@link Sense} has them. Default: no. */
  readonly hasGivenPlaces?: boolean
  /** Whether layers that join three tables are also called with the places on the axes (GLM-4V). Default: no. */
  readonly givesPlaces?: boolean
  /** Whether layers are called without positions of tokens, as HunyuanOCR calls them. Default: no. */
  readonly hidesPositions?: boolean
  /**
   * Where the frequencies are stored: in a buffer of the model, also in one of each attention, only in those (DBRX), in two of the model
   * (LFM2), or nowhere. Default: `model`.
   */
  readonly frequencies?: 'model' | 'modelAndAttention' | 'everyAttention' | 'modelTwice' | 'recomputed'
}

/** Whether layers with a window have tables of their own: only if there are layers of both kinds (transformers 5). */
export function tablesOfKinds({ windowTokens, windowLayers }: Dimensions): 'one' | 'two' {
  return windowTokens !== undefined && windowLayers !== undefined ? 'two' : 'one'
}

/**
 * Rotation of a share of a head's features in layers with full attention, and of another in those with a window, as `rope_parameters`
 * says for each kind (transformers 5).
 *
 * @param absent - the shares of kinds that `rope_parameters` does not have, and of one that states none
 */
export function rotationOfKinds(
  config: ConfigReader,
  dimensions: Dimensions,
  absent: { readonly full: number; readonly window: number; readonly unstated: number },
): Rotation {
  const { headDim, hiddenSize, heads, windowTokens, windowLayers } = dimensions
  const size = headDim ?? hiddenSize / Math.max(heads, 1)
  const nested = config.object('rope_parameters')
  const featuresOf = (kind: string, otherwise: number): number => {
    const share = nested.has(kind) ? nested.object(kind).number('partial_rotary_factor', absent.unstated) : otherwise
    return rotatedFeatures(size, share)
  }
  const windowFeatures = featuresOf('sliding_attention', absent.window)
  const areAllWindowed = windowTokens !== undefined && windowLayers === undefined
  return {
    features: areAllWindowed ? windowFeatures : featuresOf('full_attention', absent.full),
    windowFeatures,
    concatenates: true,
    tables: tablesOfKinds(dimensions),
    frequencies: 'modelTwice',
  }
}

/** Biases of attention scores by distance. With them nothing is rotated, though rotation tables may still be computed. */
export interface Alibi {
  /** The dtype of the mask that distances are computed from. */
  readonly maskDtype: 'float32' | 'int64'
  /**
   * The positions that distances are computed for, in float32 and the same for all sequences, whatever the tokens are (MPT). Causality
   * is a boolean mask of its own then. Default: the tokens of each sequence.
   */
  readonly everyPosition?: number
}

/** The fields of a config that say how much of a head is rotated. */
interface RotationFields {
  readonly share?: 'partial_rotary_factor' | 'rotary_pct'
  readonly features?: 'rotary_dim'
}

/**
 * Rotation of a share of a head's features, which are concatenated with the others. The number is rounded down, like
 * `int(head_dim * partial_rotary_factor)`, then up to an even one, and is at most the size of a head.
 *
 * @param absent - the share if the config has none
 * @param fields - what the class names its fields: `share`, and `features`, a number that counts where there is no share. Others have no effect
 */
export function partialRotation(
  config: ConfigReader,
  { headDim, hiddenSize, heads }: Dimensions,
  absent: number,
  fields: RotationFields = {},
): Rotation {
  const whole = headDim ?? hiddenSize / Math.max(heads, 1)
  const nested = config.object('rope_parameters')
  const { share = 'partial_rotary_factor', features: count } = fields
  const counted = count === undefined ? undefined : config.optionalInteger(count)
  const otherwise = config.number(share, counted === undefined ? absent : counted / whole)
  return { features: rotatedFeatures(whole, nested.number('partial_rotary_factor', otherwise)), concatenates: true }
}

/** Frequencies are those of every second feature (`torch.arange(0, dim, 2)`), and each is in the tables twice: an odd number is one less than they have. */
function rotatedFeatures(size: number, share: number): number {
  const counted = Math.max(Math.floor(size * share), 0)
  return Math.min(2 * Math.ceil(counted / 2), size)
}
