/** The sizes of a convolution with one group. */
export interface Convolution {
  /** Its input, in channels and pixels or steps of all examples. */
  readonly inChannels: number
  readonly inPlaces: number
  readonly outChannels: number
  readonly outPlaces: number
  /** The places of its window. */
  readonly window: number
}

/** cuDNN's kernels for 16 bits work on whole groups of so many channels. */
const CHANNELS = 8
const HALF = 2

/**
 * What a convolution in 16 bits may hold within itself, forward and backward: copies of its input, its output and its weight with the channels of a place
 * next to each other, as cuDNN's kernels for these read them. Measured with torch 2.11 on an H100, it is this for most convolutions of models of usual size.
 * But cuDNN chooses its algorithm for each size: some hold up to 22 MB more for sums of the weight's gradient, some forward passes hold nothing, small ones
 * above all. In float32 it is too different to say.
 */
export function convolutionBytes({ inChannels, inPlaces, outChannels, outPlaces, window }: Convolution): number {
  const [from, to] = [up(inChannels), up(outChannels)]
  return HALF * (from * inPlaces + to * outPlaces + from * to * window)
}

function up(channels: number): number {
  return Math.ceil(channels / CHANNELS) * CHANNELS
}
