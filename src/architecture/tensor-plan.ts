/**
 * How transformers divides the modules of a family among tensor-parallel ranks: its `base_model_tp_plan`, by the last part of a module's
 * name. What is not named is on every rank.
 */
export interface TensorPlan {
  /** The version of transformers whose plan it is. */
  readonly version: string
  /** Linear layers whose outputs are divided. */
  readonly columns: readonly string[]
  /** Linear layers whose inputs are divided, and whose outputs are summed up. */
  readonly rows: readonly string[]
  /** Linear layers whose outputs are divided, and then gathered. */
  readonly gatheredColumns: readonly string[]
  /** Whether the vocabulary of the input embedding is divided. */
  readonly dividesVocabulary: boolean
}

/**
 * Attention and gated feed-forward networks, or those without a gate. Since version 5.24 or before, the input embedding is divided too
 * (`init_parallel_plans` of `distributed/mixin.py`).
 */
export const PLAN: TensorPlan = {
  version: '5.24.0',
  columns: ['q_proj', 'k_proj', 'v_proj', 'gate_proj', 'up_proj'],
  rows: ['o_proj', 'down_proj'],
  gatheredColumns: ['lm_head'],
  dividesVocabulary: true,
}

/**
 * Experts that are separate layers, as in version 4.57, have its plan: each is divided like a feed-forward network. That version drops what
 * the class says of the head (`post_init` of `modeling_utils.py`).
 */
export const PLAN_OF_EXPERTS: TensorPlan = {
  ...PLAN,
  version: '4.57.6',
  gatheredColumns: [],
  dividesVocabulary: false,
}
