/** How GPUs divide the weights of a model. */
export interface WeightLayout {
  readonly tensor: number
  readonly pipeline: number
  /** Ranks that share the experts of each layer; 1 if each rank has a part of every expert. */
  readonly expert: number
}
