import { familyOf } from '../architecture/families/index.js'
import { type Architecture, architectureFromConfig, totalParameters } from '../architecture/index.js'
import type { ModelSpec } from '../schemas/index.js'

/** A model as a registry knows it, turned back into modules, and what had to be taken for granted. */
export interface ReconstructedModel {
  readonly architecture: Architecture
  /** In sentences; part of an estimate's assumptions. */
  readonly assumptions: readonly string[]
}

/**
 * Rebuilds the modules of a model from its `ModelSpec`: those of its family, with the sizes of the spec; where the family is
 * not known, those of Llama, which nearly all others descend from.
 *
 * @throws CheckpointError for sizes that no model has
 * @example
 * ```ts
 * const { architecture } = architectureOfSpec(modelSpecFromConfig(config).spec)
 * ```
 */
export function architectureOfSpec(spec: ModelSpec): ReconstructedModel {
  const { architecture, isFamily } = described(spec)
  const total = totalParameters(architecture)
  const off = Math.abs(total / spec.base_num_parameters - 1)
  const assumptions = [
    'sizes from the ModelSpec; what it does not tell (biases, norms, shares of rotation) as the family has it by default',
    ...(isFamily ? [] : [`the family ${spec.family} is not known: its layers are taken as Llama's`]),
    ...(off > 0.001 ? [`rebuilt with ${total} parameters, where the ModelSpec says ${spec.base_num_parameters}`] : []),
  ]
  return { architecture, assumptions }
}

function described(spec: ModelSpec): { architecture: Architecture; isFamily: boolean } {
  try {
    return { architecture: architectureFromConfig({ ...configOf(spec), model_type: spec.family }), isFamily: true }
  } catch {
    return { architecture: architectureFromConfig({ ...configOf(spec), model_type: 'llama' }), isFamily: false }
  }
}

/** A config with the sizes of a spec, under each name that families have for them. */
function configOf(spec: ModelSpec): Record<string, unknown> {
  const { moe_config: moe, sliding_window_config: window } = spec
  const headDim = headDimOf(spec)
  const sizes: Readonly<Partial<Record<string, unknown>>> = {
    vocab_size: spec.vocab_size,
    hidden_size: spec.hidden_size,
    intermediate_size: spec.ffn_hidden_size,
    num_hidden_layers: spec.num_layers,
    num_attention_heads: spec.num_attention_heads,
    num_key_value_heads: spec.num_kv_heads,
    ...(spec.context_size && { max_position_embeddings: spec.context_size }),
  }
  const { fieldNames = {} } = familyOf(spec.family) ?? {}
  const renamed = Object.entries(fieldNames).filter(([field]) => sizes[field] !== undefined)
  return {
    ...sizes,
    tie_word_embeddings: spec.tied_embeddings,
    ...(headDim !== undefined && { head_dim: headDim }),
    ...(moe && {
      num_experts: moe.num_experts,
      num_local_experts: moe.num_experts,
      n_routed_experts: moe.num_experts,
      num_experts_per_tok: moe.num_experts_per_tok,
      ...(moe.expert_ffn_size && { moe_intermediate_size: moe.expert_ffn_size }),
    }),
    // A spec without a window is of a model without one, whatever its class takes by default.
    sliding_window: window?.window_size ?? null,
    use_sliding_window: Boolean(window),
    ...Object.fromEntries(renamed.map(([field, own]) => [own, sizes[field]])),
  }
}

/** Features of a head: what the projection of the queries returns says it, where the spec lists it. */
function headDimOf({ linear_layers: layers, num_attention_heads: heads }: ModelSpec): number | undefined {
  const query = layers?.find(({ name }) => name.endsWith('.q_proj'))
  return query && query.out_features % heads === 0 ? query.out_features / heads : undefined
}
