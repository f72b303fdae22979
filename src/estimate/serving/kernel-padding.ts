import type { Architecture } from '../../architecture/index.js'
import type { Engine } from './options.js'
import type { Padding } from './weights/stored-weights.js'
import type { WeightStorage } from './weights/weight-storage.js'

/** Elements of experts after an engine has padded them for its kernels, and a sentence about it. */
export interface KernelPadding {
  readonly elementsOf: Padding
  readonly note: string
}

/**
 * vLLM pads experts in MXFP4 for its Marlin kernels: the hidden size to a multiple of 256, an expert's own to 128
 * (`quantization/mxfp4.py` of 0.10 and 0.11). For gpt-oss-120b the log says 65.97 GiB, where the files hold 60.8.
 */
export function kernelPadding(
  engine: Engine,
  { dimensions }: Architecture,
  { precision }: WeightStorage,
  tensor: number,
): KernelPadding | undefined {
  const { hiddenSize, moe } = dimensions
  const own = moe?.expertFfnSize ?? dimensions.ffnHiddenSize
  if (engine !== 'vllm' || precision !== 'mxfp4' || !moe || own === 0) return undefined
  const padded = (size: number, multiple: number): number => Math.ceil(size / multiple) * multiple
  const factor = (padded(hiddenSize, 256) * padded(own / tensor, 128) * tensor) / (hiddenSize * own)
  if (factor === 1) return undefined
  return {
    elementsOf: ({ kind, elements }) => (kind === 'experts' ? elements * factor : elements),
    note: 'experts in MXFP4 are padded for Marlin kernels; Triton kernels, which vLLM takes on Hopper where they are installed, pad less',
  }
}
