import { familyOf } from '../architecture/families/index.js'
import { type Architecture, architectureFromConfig, totalParameters } from '../architecture/index.js'
import type { ModelSpec } from '../schemas/index.js'
import { checkSpec } from './check-model.js'

/** The modules of a model, rebuilt from its `ModelSpec`, and the assumptions that this needed. */
export interface ReconstructedModel {
  readonly architecture: Architecture
  /** In sentences. They become assumptions of the estimate. */
  readonly assumptions: readonly string[]
}

/**
 * Rebuilds the modules of a model from its `ModelSpec`: the modules of its family, with the sizes of the spec. An unknown
 * family is rebuilt as Llama, which nearly all others descend from.
 *
 * @throws CheckpointError for impossible sizes
 * @throws TypeError for what is not a `ModelSpec`, such as a `config.json`
 * @example
 * ```ts
 * const { architecture } = architectureOfSpec(modelSpecFromConfig(config).spec)
 * ```
 */
export function architectureOfSpec(spec: ModelSpec): ReconstructedModel {
  checkSpec(spec)
  const { architecture, isFamily } = described(spec)
  const total = totalParameters(architecture)
  const off = Math.abs(total / spec.base_num_parameters - 1)
  const assumptions = [
    'sizes are from the ModelSpec; biases, norms and rotary dimensions are the defaults of the family',
    ...(isFamily ? [] : [`unknown family ${spec.family}: estimated with Llama layers`]),
    ...(off > 0.001 ? [`rebuilt with ${total} parameters, but the ModelSpec says ${spec.base_num_parameters}`] : []),
  ]
  return { architecture, assumptions }
}

/** Everything that a model is rebuilt from: equal for specs whose rebuilt models are equal, whatever they are called. */
export function identityOfSpec(spec: ModelSpec): string {
  return JSON.stringify([spec.family, spec.base_num_parameters, configOf(spec)])
}

function described(spec: ModelSpec): { architecture: Architecture; isFamily: boolean } {
  try {
    return { architecture: architectureFromConfig({ ...configOf(spec), model_type: spec.family }), isFamily: true }
  } catch {
    return { architecture: architectureFromConfig({ ...configOf(spec), model_type: 'llama' }), isFamily: false }
  }
}

/** A config with the sizes of a spec, under every name that families use for them. */
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
    // A spec without a window means a model without one, whatever the default of its class is.
    sliding_window: window?.window_size ?? null,
    use_sliding_window: Boolean(window),
    ...Object.fromEntries(renamed.map(([field, own]) => [own, sizes[field]])),
  }
}

/** Features of a head, from the output of the query projection if the spec lists it. */
function headDimOf({ linear_layers: layers, num_attention_heads: heads }: ModelSpec): number | undefined {
  const query = layers?.find(({ name }) => name.endsWith('.q_proj'))
  return query && query.out_features % heads === 0 ? query.out_features / heads : undefined
}
