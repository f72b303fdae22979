/** A router of transformers 5 that is stated step by step. All of them run in one function, whose variables live until it returns. */
export interface ComposedRouter {
  /** The dtype of the logits: that of the model, float32 behind the product, or float32 also in the product. */
  readonly logits: 'model' | 'castToFloat32' | 'float32'
  /** Whether the router is a linear layer in a module (Afmoe), or itself one with a bias (gpt-oss), and not a weight of its own. Default: no. */
  readonly isLayer?: boolean | 'itself'
  /** Whether autocast is switched off. Default: no. */
  readonly withoutAutocast?: boolean
  /** Whether logits are capped by a tanh (Laguna). Default: no. */
  readonly capped?: boolean
  /** What experts are chosen by; `rootOfSoftplus` is DeepSeek-V4's. Default: the logits themselves. */
  readonly scores?: 'sigmoid' | 'softmax' | 'rootOfSoftplus'
  /** The dtype that these scores are computed in: that of the logits, or float32. Default: `logits`. */
  readonly scoresIn?: 'float32' | 'logits'
  /** Whether a bias is added to choose by; the weights of experts are without it. Default: no. */
  readonly biased?: boolean
  /** What is computed of the chosen ones; `narrowSoftmax` is in their own dtype. Default: nothing. */
  readonly behind?: 'sigmoid' | 'softmax' | 'narrowSoftmax'
  /** How the weights of a token's experts are divided by their sum: not at all, in place, or in a new tensor. Default: `no`. */
  readonly divided?: 'no' | 'inPlace' | 'apart'
  /** What is done to the sum first: a small number is added, or it has a lower bound. Default: nothing. */
  readonly sum?: 'shifted' | 'bounded'
  /** Whether weights are multiplied by a number. Default: no. */
  readonly scaled?: boolean
  /** Whether weights are cast to the dtype of the tokens. Default: no. */
  readonly narrowed?: boolean
}
