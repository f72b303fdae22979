/** What other tools call the fields of a model entity. */

import { SCHEMA_NAMES, type SchemaName } from '../schemas/index.js'

/** A field by the name that a model entity has for it. */
export interface SynonymOf {
  /** The definition that has the field. */
  readonly model: SchemaName
  readonly field: string
}

/** The fields that another name may mean. */
export function synonymsOf(name: string): readonly SynonymOf[] {
  byName ??= synonymsByName()
  return (
    byName.get(
      name
        .replaceAll('-', '_')
        .replace(/([a-z])([A-Z])/g, '$1_$2')
        .toLowerCase(),
    ) ?? []
  )
}

/**
 * The names in the `config.json` of Hugging Face's transformers (its attribute maps too), in PEFT's `adapter_config.json`, in
 * Mistral's and Meta's `params.json`, and in GGUF. None is a field of a definition.
 */
const NAMES: Partial<Record<SchemaName, Readonly<Record<string, readonly string[]>>>> = {
  ModelSpec: {
    context_size: [
      'max_position_embeddings',
      'n_positions',
      'n_ctx',
      'max_sequence_length',
      'max_seq_len',
      'max_seq_length',
      'seq_length',
      'model_max_length',
      'context_length',
      'context_window',
      'max_model_len',
      'max_context_length',
    ],
    checkpoint_model_name: ['_name_or_path', 'name_or_path', 'model_name', 'model_name_or_path', 'checkpoint'],
    family: ['model_type', 'architecture'],
    num_layers: ['num_hidden_layers', 'n_layer', 'n_layers', 'num_decoder_layers', 'block_count', 'depth'],
    hidden_size: ['n_embd', 'd_model', 'dim', 'hidden_dim', 'model_dim', 'embedding_length', 'embedding_size'],
    num_attention_heads: ['n_head', 'n_heads', 'num_heads', 'head_count', 'attention_heads'],
    num_kv_heads: [
      'num_key_value_heads',
      'n_kv_heads',
      'n_head_kv',
      'head_count_kv',
      'multi_query_group_num',
      'kv_heads',
      'num_query_groups',
    ],
    ffn_hidden_size: [
      'intermediate_size',
      'n_inner',
      'd_ff',
      'ffn_dim',
      'feed_forward_length',
      'mlp_hidden_size',
      'inner_dim',
    ],
    vocab_size: ['n_vocab', 'padded_vocab_size', 'vocabulary_size', 'num_embeddings'],
    tied_embeddings: ['tie_word_embeddings', 'tie_embeddings', 'tie_embedding_weights', 'weight_tying'],
    gated_mlp: ['use_glu', 'gated', 'is_gated_act', 'glu'],
    base_num_parameters: [
      'num_parameters',
      'parameters',
      'n_params',
      'num_params',
      'total_parameters',
      'total_params',
      'parameter_count',
    ],
    precision: ['torch_dtype', 'dtype', 'params_dtype'],
    num_virtual_tokens: ['num_soft_tokens', 'prompt_length', 'prefix_length'],
    is_embedding_model: ['is_embedding', 'embedding_model'],
    is_chat: ['is_chat_model', 'is_instruct', 'chat'],
    moe_config: ['moe', 'experts', 'ffn_config'],
    mamba_config: ['mamba', 'ssm_config', 'ssm_cfg'],
    sliding_window_config: ['sliding_window_attention'],
    tool_call_config: ['tool_calling', 'tool_config'],
    minimum_gpus_all_weights: ['min_gpus', 'minimum_gpus', 'num_gpus', 'min_gpus_all_weights'],
    minimum_gpus_lora: ['min_gpus_lora'],
  },
  MoEConfig: {
    num_experts: ['num_local_experts', 'n_routed_experts', 'moe_num_experts', 'expert_count', 'num_routed_experts'],
    num_experts_per_tok: [
      'num_experts_per_token',
      'experts_per_token',
      'moe_top_k',
      'moe_topk',
      'moe_k',
      'expert_used_count',
      'num_selected_experts',
      'top_k_experts',
      'num_activated_experts',
    ],
    num_expert_layers: ['num_moe_layers', 'moe_layers'],
    expert_ffn_size: [
      'moe_intermediate_size',
      'moe_ffn_hidden_size',
      'expert_intermediate_size',
      'expert_feed_forward_length',
    ],
    num_shared_experts: ['n_shared_experts', 'expert_shared_count', 'moe_num_shared_experts'],
  },
  MambaConfig: {
    state_size: ['d_state', 'ssm_state_size', 'mamba_d_state', 'ssm_state_dim'],
    conv_kernel: ['d_conv', 'conv_kernel_size', 'mamba_d_conv', 'ssm_conv_kernel'],
    is_hybrid: ['hybrid'],
  },
  SlidingWindowConfig: {
    window_size: ['sliding_window', 'sliding_window_size', 'attention_window', 'attention_window_size', 'local_window'],
  },
  LinearLayerSpec: {
    in_features: ['input_dim', 'in_dim', 'input_size', 'in_channels'],
    out_features: ['output_dim', 'out_dim', 'output_size', 'out_channels'],
  },
  Lora: {
    rank: ['r', 'lora_r', 'lora_rank', 'lora_dim'],
    alpha: ['lora_alpha', 'scaling_alpha'],
  },
  Adapter: {
    lora_config: ['lora', 'peft_config'],
    finetuning_type: ['peft_type', 'adapter_type'],
  },
  ToolCallConfig: {
    tool_call_parser: ['tool_parser', 'tool_parser_name'],
    tool_call_plugin: ['tool_parser_plugin'],
    auto_tool_choice: ['enable_auto_tool_choice'],
  },
  APIEndpointData: {
    url: ['base_url', 'endpoint', 'api_base', 'endpoint_url', 'uri'],
    model_id: ['served_model_name'],
    api_key: ['token', 'key', 'auth_token', 'access_token'],
  },
  CreateModelEntityRequest: {
    base_model: ['base_model_name_or_path', 'parent_model', 'parent'],
    fileset: ['files', 'file_set', 'checkpoint_path'],
    custom_fields: ['metadata', 'labels', 'annotations', 'extra'],
    ownership: ['owner', 'owners', 'team'],
    api_endpoint: ['endpoint'],
    spec: ['model_spec', 'config'],
  },
}

/** Made when it is first asked for: most manifests have no unknown fields. */
let byName: ReadonlyMap<string, readonly SynonymOf[]> | undefined

function synonymsByName(): Map<string, SynonymOf[]> {
  const found = new Map<string, SynonymOf[]>()
  for (const model of SCHEMA_NAMES) {
    for (const [field, names] of Object.entries(NAMES[model] ?? {})) {
      for (const name of names) found.set(name, [...(found.get(name) ?? []), { model, field }])
    }
  }
  return found
}
