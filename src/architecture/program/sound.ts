import type { Frames } from './count.js'

/** The samples of a second that the published feature extractors make. */
export const RATE = 16_000

/** The samples of the sound itself. */
export const SAMPLES: Frames = { frames: [], rate: RATE }
