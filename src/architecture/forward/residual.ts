/** How attention and the feed-forward network join the residual stream. */
export type Residual =
  | SequentialResidual
  | ParallelResidual
  | SingleResidual
  | NormalisedResidual
  | SharedResidual
  | NestedResidual
  | LayerInputResidual
  | StreamResidual
  | ShortcutResidual
  | NormalisedSumResidual
  | HyperConnectionResidual
  | ThinnedResidual

/** Sequential blocks: `y = x + attention(norm(x))`, then `y + mlp(norm(y))`. */
export interface SequentialResidual {
  readonly order: 'sequential'
  /** Whether the output of a block is multiplied by a number before it is added, or `both` it and the residual stream (Beam). Default: no. */
  readonly scaled?: boolean | 'both'
  /**
   * Whether the normalised input of attention stays alive until the layer ends, until the output of attention is added, or until the next norm has
   * computed. Default: no.
   */
  readonly keepsNormalised?: boolean | 'untilSum' | 'untilNext'
  /** Whether the normalised input of the feed-forward network stays alive until its output is added. Default: no. */
  readonly keepsSecond?: boolean
  /**
   * Who adds the output of a block, and has all its variables then: the layer, both blocks (BLOOM), or the layer that of attention and the
   * feed-forward network its own (MPT). Default: `layer`.
   */
  readonly addedIn?: 'layer' | 'blocks' | 'network'
  /** Whether the output of attention stays alive until the layer ends, or until the next norm has computed. Default: no. */
  readonly keepsAttended?: boolean | 'untilNext'
  /** Whether a layer has two blocks side by side, each scaled before and after (Falcon-H1). Default: no. */
  readonly besideMixer?: boolean
  /** Whether the output of routed experts stays alive next to its sum with that of the shared one. Default: no. */
  readonly keepsRouted?: boolean
}

/** One block alone: `y = x + block(norm(x))`. */
export interface SingleResidual {
  readonly order: 'single'
  /** Whether the residual stream is in float32, whatever the dtype of the model. Default: no. */
  readonly float32?: boolean
}

/** Blocks on a stream that is normalised first: `y = norm(x)`, then `y * a + attention(y) * b`, and the same with the MLP (MiniMax). */
export interface NormalisedResidual {
  readonly order: 'normalised'
}

/** State spaces, some behind a transformer block that layers share: `x + mamba(norm(x + linear(block(x, embeddings))))` (Zamba, Zamba2). */
export interface SharedResidual {
  readonly order: 'shared'
  /** Whether layers are called with the positions (Zamba). Default: no. */
  readonly givesPlaces?: boolean
  /** The indices of the layers with such a block. */
  readonly sharedIn: readonly number[]
}

/**
 * Attention, then a feed-forward network, in some models beside a mixture of experts, then a gated product with the layer's own input
 * (Gemma 4). Each block is between two norms.
 */
export interface LayerInputResidual {
  readonly order: 'layerInputs'
}

/**
 * Several residual streams, of which each layer changes one: all are predicted from each other (AltUp; Baykal et al. 2023, arXiv:2301.13310), and
 * corrected with what attention, a low-rank detour beside it and a feed-forward network made of the first (Gemma 3n).
 */
export interface StreamResidual {
  readonly order: 'streams'
  /** Whether the first stream is multiplied by a vector before the layer's own input is. */
  readonly scalesCorrected: boolean
}

/**
 * Attention and a dense network twice, one after another. A mixture of experts reads what the first network reads, and is added at the end
 * (LongCat-Flash).
 */
export interface ShortcutResidual {
  readonly order: 'shortcut'
}

/** Both norms and attention are in one module, and only experts beside it (DBRX). */
export interface NestedResidual {
  readonly order: 'nested'
  /** Whether the input of the experts is multiplied by noise in training. */
  readonly jitters: boolean
}

/** Parallel blocks: `x + attention(norm(x)) + mlp(norm(x))`, with one norm for both or one each. */
export interface ParallelResidual {
  readonly order: 'parallel'
  /**
   * Which two are added first: both blocks, the residual stream and attention, or both blocks in place. Default:
   * `blocksFirst`.
   */
  readonly sum?: 'blocksFirst' | 'residualFirst' | 'blocksInPlace'
  /** Whether both norms compute before either block. Default: no. */
  readonly normsFirst?: boolean
  /** Whether the normalised inputs of both blocks stay alive until the layer ends. Default: no. */
  readonly keepsNormalised?: boolean
}

/** Norms of the sums: `y = norm(x + attention(x))`, then `norm(y + mlp(y))` (GPT). */
export interface NormalisedSumResidual {
  readonly order: 'normalisedSums'
}

/**
 * Several residual streams, which are summed for each block, and mixed with its output by matrices whose rows and columns are divided by their
 * sums in turn (manifold-constrained hyper-connections; DeepSeek-V4).
 */
export interface HyperConnectionResidual {
  readonly order: 'hyperConnections'
  /** How often rows and columns are divided. */
  readonly iterations: number
}

/** Sequential blocks, of which a layer may lack one, or have a single linear layer in its place (Llama-Nemotron). */
export interface ThinnedResidual {
  readonly order: 'thinned'
  /** The names of the linear layers in the place of attention and of the network. */
  readonly linear: { readonly attention: string; readonly network: string }
}
