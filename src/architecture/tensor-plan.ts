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
  /** Linear layers whose inputs each rank has whole, and takes its part of. */
  readonly splitRows: readonly string[]
  /** Linear layers whose outputs are divided, without an exchange: gradients of their inputs are not summed up (`local_colwise`). */
  readonly localColumns: readonly string[]
  /** Linear layers whose inputs are divided, without an exchange: the block's output is summed up in place (`local_rowwise`, `gather`). */
  readonly localRows: readonly string[]
  /** Projections that each rank has whole, whose output is taken apart and joined again, so that the gradient of its last part is summed. */
  readonly rejoined: readonly string[]
  /** Whether experts in common tensors have their inputs before their outputs (Llama 4). */
  readonly transposesExperts: boolean
  /** Layers at which its code stops, and why. */
  readonly stops: Readonly<Record<string, string>>
  /** Modules whose layers each rank has whole, whatever the layers are called. */
  readonly whole: readonly string[]
  /** Whether each rank computes attention for its part of the heads. */
  readonly dividesHeads: boolean
  /** What attention is in that version, where it differs from the estimate's. */
  readonly attention?: { readonly sharedHeads: 'kernel' }
  /** Whether the vocabulary of the input embedding is divided. */
  readonly dividesVocabulary: boolean
  /** The name of the input embedding. */
  readonly embedding: string
}

/** Why a family has no plan here that transformers has. */
export const NOT_REPLAYED = 'the plan that transformers 5.24.0 has for it is not estimated'

/** Why a family whose code differs in version 5 has no plan here: version 4.57 divides nothing of it. */
export const ONLY_IN_5 =
  'transformers 4.57.6, as which it is estimated, has no plan to divide it, and the code of 5.24.0 is another'

/**
 * Attention and gated feed-forward networks, or those without a gate. Since version 5.24 or before, the input embedding is divided too
 * (`init_parallel_plans` of `distributed/mixin.py`).
 */
export const PLAN: TensorPlan = {
  version: '5.24.0',
  columns: ['q_proj', 'k_proj', 'v_proj', 'gate_proj', 'up_proj'],
  rows: ['o_proj', 'down_proj'],
  gatheredColumns: ['lm_head'],
  splitRows: [],
  localColumns: [],
  localRows: [],
  rejoined: [],
  transposesExperts: false,
  stops: {},
  whole: [],
  dividesHeads: true,
  dividesVocabulary: true,
  embedding: 'embed_tokens',
}

/** Embedding and head alone: attention and feed-forward networks are whole on every rank. */
export const PLAN_OF_VOCABULARY: TensorPlan = { ...PLAN, columns: [], rows: [], dividesHeads: false }

/** Attention whose norms span all heads is whole on every rank, between projections that are divided. */
export const PLAN_OF_WHOLE_ATTENTION: TensorPlan = {
  ...PLAN,
  columns: ['gate_proj', 'up_proj'],
  rows: ['down_proj'],
  gatheredColumns: ['lm_head', 'q_proj', 'k_proj', 'v_proj'],
  splitRows: ['o_proj'],
  dividesHeads: false,
}

/** Experts that all tokens pass are whole on every rank. */
export const PLAN_OF_ROUTED_EXPERTS: TensorPlan = { ...PLAN, whole: ['shared_experts'] }

/** Only feed-forward networks and experts: latent attention, and some other, is whole on every rank. */
export const PLAN_OF_FEED_FORWARD: TensorPlan = {
  ...PLAN_OF_VOCABULARY,
  columns: ['gate_proj', 'up_proj'],
  rows: ['down_proj'],
}

/** Latent attention, with the projections of all heads divided. What all heads share is whole on every rank. */
export const PLAN_OF_LATENT_HEADS: TensorPlan = {
  ...PLAN,
  columns: ['q_proj', 'q_b_proj', 'kv_b_proj', 'gate_proj', 'up_proj'],
  rejoined: ['kv_a_proj_with_mqa'],
}

/** The projections of gated delta networks are gathered, and the networks whole on every rank. */
export const PLAN_OF_DELTA_NETS: TensorPlan = {
  ...PLAN,
  gatheredColumns: ['lm_head', 'in_proj_qkv', 'in_proj_z', 'in_proj_b', 'in_proj_a', 'out_proj'],
}

/** Gate and up are one projection, whose outputs are gathered before they are taken apart. */
export const PLAN_OF_FUSED_GATES: TensorPlan = {
  ...PLAN,
  columns: ['q_proj', 'k_proj', 'v_proj'],
  rows: ['o_proj'],
  gatheredColumns: ['lm_head', 'gate_up_proj'],
  splitRows: ['down_proj'],
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

/** The same, with feed-forward networks of plain tensors, whose outputs are summed up in place. */
export const PLAN_OF_LOCAL_EXPERTS: TensorPlan = {
  ...PLAN_OF_EXPERTS,
  columns: ['q_proj', 'k_proj', 'v_proj'],
  rows: ['o_proj'],
  localColumns: ['gate_proj', 'up_proj'],
  localRows: ['down_proj'],
}
