/**
 * The shares of tensors that a decoder sets to zero at random in training mode, each with a mask and a copy. The rates are those of
 * the config, or of its class. Default of all but `attention`: 0.
 */
export interface Dropout {
  /** Of the input of the first layer. */
  readonly embeddings?: number
  /** Whether the code binds what is left of the embeddings to their own name, so that they are not held. Default: no. */
  readonly rebindsEmbeddings?: boolean
  /** Of the weights of attention. Only eager attention keeps something for it. Default: `attention_dropout` of the config. */
  readonly attention?: number
  /** Of the output of attention. */
  readonly attended?: number
  /** Of what the activation function of the feed-forward network gives. */
  readonly activated?: number
  /** Of the output of the feed-forward network; with `inPlaceSum`, of its sum with that of attention. */
  readonly fed?: number
  /**
   * Where outputs of blocks are dropped: inside the block, behind it, or in the sum with the residual stream, which keeps them whole
   * until it is computed. Default: `inBlocks`.
   */
  readonly place?: 'inBlocks' | 'behindBlocks' | 'inSum'
  /**
   * Which of them are numbers in the code, not modules: a trainer that sets all modules of dropout to 0 leaves them. Default:
   * `attention`.
   */
  readonly fixed?: readonly ('embeddings' | 'attention' | 'attended' | 'activated' | 'fed')[]
  /** Of the hidden states that a classifier of tokens gets. Default: `classifier_dropout`, `hidden_dropout`, or 0.1. */
  readonly labelled?: number
}
