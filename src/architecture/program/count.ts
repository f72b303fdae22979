/** A product of numbers, and of what an estimate is asked for. */
export type Count = readonly (number | Unit | Frames | Padded)[]

/** The tokens of a sequence, padded to a multiple of a number. */
export interface Padded {
  readonly paddedTo: number
  /** How many fewer there are. Default: none. */
  readonly less?: number
  /** Whether they count only if padding adds some. Default: no. */
  readonly ifAny?: boolean
}

/** What is left of the sound of a run by convolutions, one after another. Without any: its samples. */
export interface Frames {
  readonly frames: readonly Strided[]
  /** Samples of a second. */
  readonly rate: number
}

/** The size of a convolution over time, and its step. */
export interface Strided {
  readonly kernel: number
  readonly stride: number
}

/**
 * A size of the batch: its sequences, the tokens of each, the tokens that an encoder-decoder writes for each, or all images; or the rows of
 * the part of a tensor that is computed.
 */
export type Unit = 'batch' | 'sequence' | 'target' | 'images' | 'rows'

/** All tokens of a batch. */
export const TOKENS: Count = ['batch', 'sequence']
