/** What some layers compute in the place of attention. The sizes that the modules do not show are here. */
export type Mixer = (
  | MambaPass
  | MambaHeadsPass
  | Mamba2Pass
  | Mamba2ProductsPass
  | ShortConvPass
  | GatedDeltaPass
  | SolvedDeltaPass
  | KimiDeltaPass
  | LightningPass
  | GatedRecurrencePass
  | TimeMixPass
) & {
  /** A child of the block, where other layers have attention under the same name. Default: all blocks of the name are mixers. */
  readonly having?: string
}

/** How a cache keeps what a recurrent layer leaves: written into tensors that exist before, in place of
 * them, or where nothing was. */
export type KeptStates = 'inPlace' | 'replaced' | 'assigned'

/**
 * Mamba's state space (Gu & Dao 2023, arXiv:2312.00752), as transformers writes it without kernels: one token after another.
 */
export interface MambaPass {
  readonly kind: 'tokenScan'
  /** The norms of the time step and the state matrices: none, without gains (Falcon Mamba), or modules (Jamba). */
  readonly norms: 'none' | 'unit' | 'modules'
  /** Whether the code uses kernels that are installed (`use_mamba_kernels` of a config). Default: yes. */
  readonly usesKernels?: boolean
  readonly states: KeptStates
}

/** Mamba whose channels are in heads with projections of their own, without kernels (Zamba). */
export interface MambaHeadsPass {
  readonly kind: 'headScan'
  readonly states: 'replaced'
  /** The activation function of the convolution and the gate. */
  readonly activation: string
}

/** Mamba-2's state space (Dao & Gu 2024, arXiv:2405.21060), as transformers writes it without kernels: in chunks of tokens. */
export interface Mamba2Pass {
  readonly kind: 'chunkScan'
  readonly chunkTokens: number
  /** Whether the input and the projections are multiplied by numbers (Falcon-H1). Default: no. */
  readonly scaled?: boolean
  /** The norm after the scan: of gated states, of groups of them before or after the gate, or the gate alone. Default: `gated`. */
  readonly norm?: 'gated' | 'groupsBeforeGate' | 'groupsAfterGate' | 'groupsOfGated' | 'gateAlone'
  /**
   * Whether the code holds the state before, or zeros, but not the convolved channels, which it bends as a whole in a prefill (Zamba2).
   * It asks its kernels for the last state in training, too. Default: no.
   */
  readonly holdsState?: boolean
  /** Whether time steps are limited from below alone (Zamba2). Default: no. */
  readonly limitedBelow?: boolean
  /** The activation function of the convolution. Default: that of the model. */
  readonly activation?: string
  /** Whether training with kernels runs the whole block as one of them; Zamba2 runs its parts unless `use_mem_eff_path` is set. Default: yes. */
  readonly isOneKernel?: boolean
  readonly states: KeptStates
}

/** Mamba-2 as transformers 5 writes it without kernels: in batched products of chunks of tokens, with a norm of groups of gated states. */
export interface Mamba2ProductsPass {
  readonly kind: 'chunkProducts'
  readonly chunkTokens: number
  /** The activation function of the convolution. */
  readonly activation: string
  readonly states: 'assigned'
}

/** A short convolution between two gates (LFM2). */
export interface ShortConvPass {
  readonly kind: 'shortConv'
  /** Whether the cache has a state for every layer, also for those with attention, or makes them as layers run (transformers 5). */
  readonly states: 'everyLayer' | 'assigned'
}

/** A gated delta network (Yang et al. 2024, arXiv:2412.06464), as transformers writes it without kernels: in chunks of tokens. */
export interface GatedDeltaPass {
  readonly kind: 'gatedDelta'
  readonly keyHeads: number
  readonly valueHeads: number
  readonly keyHeadDim: number
  readonly valueHeadDim: number
  readonly states: KeptStates
}

/** A gated delta network as transformers 5 writes it without kernels: chunks of tokens are triangular systems. */
export interface SolvedDeltaPass {
  readonly kind: 'solvedDelta'
  readonly keyHeads: number
  readonly valueHeads: number
  readonly keyHeadDim: number
  readonly valueHeadDim: number
  /** Whether queries, keys and values come from one projection (Qwen 3.5), or from one each (Olmo Hybrid). */
  readonly projections: 'joint' | 'separate'
  /** Whether the rate is multiplied by a number (`linear_allow_neg_eigval`). Default: no. */
  readonly doublesRate?: boolean
  /** The dtype that the norm before the gate multiplies its gain in. Default: `model`. */
  readonly norm?: 'model' | 'float32'
  readonly states: KeptStates
}

/** Kimi delta attention (Moonshot AI 2025, arXiv:2510.26692), as transformers 5 writes it without kernels: in chunks of tokens. */
export interface KimiDeltaPass {
  readonly kind: 'kimiDelta'
  readonly heads: number
  readonly headDim: number
  readonly states: KeptStates
}

/** Lightning attention (Qin et al. 2024, arXiv:2401.04658), as transformers writes it: in blocks of tokens. */
export interface LightningPass {
  readonly kind: 'lightning'
  readonly heads: number
  readonly headDim: number
  readonly blockTokens: number
  readonly states: KeptStates
}

/**
 * Griffin's recurrent block (De et al. 2024, arXiv:2402.19427), as transformers 5 writes it: one token after another, with a state in float32
 * that its module keeps in training too.
 */
export interface GatedRecurrencePass {
  readonly kind: 'gatedRecurrence'
  readonly states: 'assigned'
}

/** The time mix of RWKV 4, as transformers writes it without its kernel: one token after another, in float32. */
export interface TimeMixPass {
  readonly kind: 'timeMix'
  /** All layers have parts of the same five arrays, which are there before the first runs. */
  readonly states: 'parts'
}
