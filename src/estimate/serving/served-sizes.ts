import type { Architecture } from '../../architecture/index.js'

/** The sizes of a model that its activations depend on. */
export interface ServedSizes {
  readonly hiddenSize: number
  readonly vocabSize: number
  readonly queryFeatures: number
  readonly keyValueFeatures: number
  /** Features of the MLP; both halves of a gated one count twice. */
  readonly ffnSize: number
  readonly ffnInputs: number
  readonly expertFfnSize: number
  readonly expertsPerToken: number
}

/** The sizes of a model. */
export function servedSizes({ dimensions }: Architecture): ServedSizes {
  const { hiddenSize, heads, kvHeads, headDim = heads > 0 ? hiddenSize / heads : 0, moe, gatedMlp } = dimensions
  return {
    hiddenSize,
    vocabSize: dimensions.vocabSize,
    queryFeatures: heads * headDim,
    keyValueFeatures: 2 * kvHeads * headDim,
    ffnSize: dimensions.ffnHiddenSize,
    ffnInputs: gatedMlp ? 2 : 1,
    expertFfnSize: moe?.expertFfnSize ?? dimensions.ffnHiddenSize,
    expertsPerToken: moe?.expertsPerToken ?? 0,
  }
}

/**
 * Bytes of the largest moment inside a layer for so many tokens, with kernels that fuse norms and gates: the residual stream and the
 * layer's input, and the wider of attention and MLP. For experts, each token is there once for each expert that it is sent to
 * (`fused_experts` in vLLM's `fused_moe.py`: the inputs and the outputs share a buffer).
 */
export function layerPeak(sizes: ServedSizes, tokens: number, tensor: number, bytes: number): number {
  const { hiddenSize, queryFeatures, keyValueFeatures, ffnSize, ffnInputs, expertFfnSize, expertsPerToken } = sizes
  const attention = (2 * queryFeatures + keyValueFeatures) / tensor
  const dense = (ffnSize * (ffnInputs + 1)) / tensor
  const gated = (expertFfnSize * ffnInputs) / tensor
  const experts =
    expertsPerToken > 0 ? expertsPerToken * (Math.max(gated, hiddenSize) + expertFfnSize / tensor) + hiddenSize : 0
  return tokens * (2 * hiddenSize + Math.max(attention, expertsPerToken > 0 ? 0 : dense, experts)) * bytes
}
