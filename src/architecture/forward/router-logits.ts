/** What a class does with the logits of its routers if `output_router_logits` asks for them. */
export interface RouterLogits {
  /** Whether the config asks for them. Default: no. */
  readonly isAsked?: boolean
  /**
   * How the model gets them: each layer returns them beside its output (`layers`), or the model takes what its routers return, which a
   * reentrant checkpoint computes without gradients (`routers`). Default: `routers`.
   */
  readonly from?: 'layers' | 'routers'
  /** Whether the coefficient of the loss in the config is not 0 (`router_aux_loss_coef`, which TRL reads). Default: yes. */
  readonly isWeighted?: boolean
  /** The loss that the class with an output embedding computes of them, with labels or without. Default: `none`. */
  readonly loss?: RouterLoss
  /**
   * Until when they are held: the loss is computed (`loss`), the output embedding has run (`head`; the language model is a whole inside of
   * another), or the layers have run (`layers`; the model around them returns none). Default: `loss`.
   */
  readonly until?: 'loss' | 'head' | 'layers'
}

/**
 * How the loss of the routers is computed (`load_balancing_loss_func`; Fedus et al. 2021, arXiv:2101.03961):
 *
 * - `joined`: of the logits of all layers in one tensor, with a one-hot number for each expert of each token (transformers 4.57)
 * - `joinedShares`: the same, where routers return shares and not logits (DBRX)
 * - `layerByLayer`: sums that grow layer by layer (transformers 5)
 * - `pairsOfKeys`: of all pairs of keys of each layer (Doge)
 * - `none`: the logits are only kept
 */
export type RouterLoss = 'none' | 'joined' | 'joinedShares' | 'layerByLayer' | 'pairsOfKeys'
