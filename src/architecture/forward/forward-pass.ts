import type { Attention } from './attention.js'
import type { FeedForward } from './feed-forward.js'
import type { Masks } from './masks.js'
import type { Norm } from './norm.js'
import type { Residual } from './residual.js'
import type { Alibi, Rotation } from './rotation.js'

/**
 * What one forward pass of a decoder computes, in the order in which it does, and which tensors its code keeps alive. It is
 * plain data that `estimate/replay` interprets with the sizes of the modules; what is left out is the default.
 */
export interface ForwardPass {
  /**
   * What becomes of the looked-up embeddings: nothing, or they are multiplied by a number, either at once or for the first
   * layer only, beside the unscaled ones. Default: `plain`.
   */
  readonly embedding?: 'plain' | 'scaled' | 'scaledForFirstLayer'
  /** Rotary position embedding. Default: none; positions are learned, or told by {@link alibi}. */
  readonly rotation?: Rotation
  /** Biases of attention scores by distance (ALiBi; Press et al. 2021, arXiv:2108.12409). Default: none. */
  readonly alibi?: Alibi
  /** Default: a mask for each kind of layer and each sequence, made anew in each forward pass. */
  readonly masks?: Masks
  /** How every norm computes. */
  readonly norm: Norm
  /**
   * How the linear layers of a decoder layer compute: by torch's own kernel, or written out as `x @ weight.T + bias`
   * (Falcon). Then the bias is added by an operation of its own, and autocast keeps no copy of the weight. Default: `kernel`.
   */
  readonly linear?: 'kernel' | 'writtenOut'
  /** Default: attention by any kernel, which repeats keys and values itself. */
  readonly attention?: Attention
  readonly feedForward: FeedForward
  /** Default: one block after another. */
  readonly residual?: Residual
  /** Default: logits as they are projected, of the last token in a prefill. */
  readonly logits?: Logits
  /**
   * Whether gradient checkpointing reaches the decoder layers: GPT-BigCode's are not of the class that it looks for.
   * Default: yes.
   */
  readonly checkpointing?: boolean
}

/** What comes out of the output embedding. */
export interface Logits {
  /** Whether logits are multiplied by a number, or capped by a tanh. Default: `plain`. */
  readonly form?: 'plain' | 'scaled' | 'capped'
  /**
   * Of which tokens a prefill computes them: the last of each sequence, or all, whatever is asked for. Default:
   * `lastToken`.
   */
  readonly prefill?: 'lastToken' | 'allTokens'
}
