/** A product of numbers, and of what an estimate is asked for. */
export type Count = readonly (number | Unit)[]

/** A size of the batch: its sequences, the tokens of each, the tokens that an encoder-decoder writes for each, or all images. */
export type Unit = 'batch' | 'sequence' | 'target' | 'images'

/** All tokens of a batch. */
export const TOKENS: Count = ['batch', 'sequence']
