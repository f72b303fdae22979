/** The masks of attention. */
export interface Masks {
  /** Whether eager attention has separate masks for layers with and without a window, not one for all. Default: yes. */
  readonly forEachKind?: boolean
  /**
   * The sizes of eager attention's mask: one for each sequence, or one for all sequences, with one extra column or without it, or none, as
   * a buffer of each layer is all that its scores are masked with (GPT). Default: `forEachSequence`.
   */
  readonly size?: 'forEachSequence' | 'forAllSequences' | 'square' | 'none'
  /** Whether windows are part of the model's masks, or of a mask in each layer (GPT-Neo). Default: `model`. */
  readonly windows?: 'model' | 'layer'
  /** The width of the window that the code makes a mask for although no layer has a window (Gemma 4). Default: it makes none. */
  readonly unusedWindow?: number | undefined
  /** Who has a buffer with a boolean causal mask over all positions, like the first GPTs. Default: `none`. */
  readonly buffers?: 'none' | 'oneForAll' | 'eachLayer'
  /**
   * When every kernel gets a mask of scores, even if no token is masked but later ones. `prefill`: the code takes the batch of an
   * empty cache for its length, so that the mask of a prefill has as many columns more, plus one. `narrowed`: one boolean mask for all
   * sequences, which each layer narrows to the tokens that it chooses. `eachSequence`: always, one for each sequence. `seesLater`: always
   * boolean ones, as tokens see later ones too (EmbeddingGemma). Default: `never`.
   */
  readonly given?: 'never' | 'always' | 'prefill' | 'narrowed' | 'eachSequence' | 'seesLater'
  /**
   * Whether every kernel gets one mask of scores for all layers where a cache has tokens already, as prefixes are (`_update_causal_mask` of
   * transformers 4.57), of `size`. Others get a boolean mask then, which each layer makes numbers of. Default: no.
   */
  readonly givenBehindPrefixes?: boolean
}
