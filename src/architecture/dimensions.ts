/** The sizes of a model in the terms of `ModelSpec`. A field that the family does not have is absent. */
export interface Dimensions {
  readonly layers: number
  readonly hiddenSize: number
  readonly heads: number
  readonly kvHeads: number
  /** Features of one query head; absent if there is no attention. */
  readonly headDim?: number
  readonly ffnHiddenSize: number
  readonly vocabSize: number
  /** The longest context in tokens, from the config, with rope scaling applied. */
  readonly contextTokens?: number
  readonly gatedMlp: boolean
  readonly tiedEmbeddings: boolean
  /** The width of the attention window in tokens; absent if no layer has one. */
  readonly windowTokens?: number
  /** The indices of the layers that use the window; absent if all do. */
  readonly windowLayers?: readonly number[]
  /** The indices of the layers that do not rotate queries and keys; absent if all layers rotate, or none. */
  readonly unrotatedLayers?: readonly number[]
  /** How many of the last layers use the keys and values that earlier ones have cached; absent if all have their own. */
  readonly cacheSharingLayers?: number
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
  /** Layers that consist only of a feed-forward network, dense or of experts. Most families have none. */
  readonly mlpLayers: number
  readonly stateSize: number
  readonly convKernel: number
}
