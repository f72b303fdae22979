/** What some layers compute in the place of attention. The sizes that the modules do not show are here. */
export type Mixer = MambaPass | Mamba2Pass

/** How a cache keeps what a recurrent layer leaves: written into tensors that exist before, or in place of them. */
export type KeptStates = 'inPlace' | 'replaced'

/**
 * Mamba's state space (Gu & Dao 2023, arXiv:2312.00752), as transformers writes it without kernels: one token after another.
 */
export interface MambaPass {
  readonly kind: 'tokenScan'
  /** The norms of the time step and the state matrices: none, without gains (Falcon Mamba), or modules (Jamba). */
  readonly norms: 'none' | 'unit' | 'modules'
  readonly states: KeptStates
}

/** Mamba-2's state space (Dao & Gu 2024, arXiv:2405.21060), as transformers writes it without kernels: in chunks of tokens. */
export interface Mamba2Pass {
  readonly kind: 'chunkScan'
  readonly chunkTokens: number
  readonly states: KeptStates
}
