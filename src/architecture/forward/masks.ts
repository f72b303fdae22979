/** The masks of attention. */
export interface Masks {
  /** Whether eager attention has a mask for each kind of layer, with a window and without, or one for all. Default: yes. */
  readonly forEachKind?: boolean
  /**
   * The sizes of eager attention's mask: one for each sequence, or one for all with a column more than they are long.
   * Default: `forEachSequence`.
   */
  readonly size?: 'forEachSequence' | 'forAllSequences'
  /** Whether windows lie in the model's masks, or in those that each layer keeps (GPT-Neo). Default: `model`. */
  readonly windows?: 'model' | 'layer'
  /** Who keeps a causal mask of booleans over all positions as a buffer, as the first GPTs do. Default: `none`. */
  readonly buffers?: 'none' | 'oneForAll' | 'eachLayer'
}
