/** A stage of a pipeline: consecutive layers of a model. */
export interface Stage {
  /** Whether it begins with the embeddings. Others receive hidden states. */
  readonly isFirst: boolean
  /** Whether it ends with the loss. Others hand hidden states on, and receive their gradient. */
  readonly isLast: boolean
}
