/** The sizes of a model in the terms of `ModelSpec`; a field that the family does not have is absent. */
export interface Dimensions {
  readonly layers: number
  readonly hiddenSize: number
  readonly heads: number
  readonly kvHeads: number
  /** Features of one head of the queries; absent where there is no attention. */
  readonly headDim?: number
  readonly ffnHiddenSize: number
  readonly vocabSize: number
  /** The longest context, in tokens, that the config names, with any rope scaling applied. */
  readonly contextTokens?: number
  readonly gatedMlp: boolean
  readonly tiedEmbeddings: boolean
  /** The width of the attention window in tokens, where any layer has one. */
  readonly windowTokens?: number
  /** The indices of the layers that attend through the window; absent where all do. */
  readonly windowLayers?: readonly number[]
  /** The indices of the layers that do not rotate queries and keys; absent where all do that can. */
  readonly unrotatedLayers?: readonly number[]
  readonly moe?: MoeDimensions
  readonly mamba?: MambaDimensions
}

/** A mixture of experts, in the terms of `MoEConfig`. */
export interface MoeDimensions {
  readonly experts: number
  readonly expertsPerToken: number
  readonly expertLayers: number
  readonly expertFfnSize?: number
  readonly sharedExperts: number
}

/** State-space layers, in the terms of `MambaConfig`. */
export interface MambaDimensions {
  readonly mambaLayers: number
  readonly attentionLayers: number
  /** Layers that are a feed-forward network, dense or of experts, and nothing else; in most families there are none. */
  readonly mlpLayers: number
  readonly stateSize: number
  readonly convKernel: number
}
