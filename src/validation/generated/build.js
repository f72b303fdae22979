// Generated from src/schemas by scripts/generate/gate.ts: `npm run generate`.
import { copyFree, integerOrNull, list, withExtras } from '../fast-path/copy.js'

const InferenceParamsFields = new Set(["model","temperature","max_tokens","max_completion_tokens","top_p","stop"])

function MoEConfig(data) {
  return {
    num_experts: data.num_experts || 0,
    num_experts_per_tok: data.num_experts_per_tok || 0,
    num_expert_layers: data.num_expert_layers || 0,
    expert_ffn_size: integerOrNull(data.expert_ffn_size),
    num_shared_experts: data.num_shared_experts || 0,
  }
}

function MambaConfig(data) {
  return {
    is_hybrid: data.is_hybrid,
    num_mamba_layers: data.num_mamba_layers || 0,
    num_attention_layers: data.num_attention_layers || 0,
    num_mlp_layers: data.num_mlp_layers || 0,
    state_size: (data.state_size ?? 16) || 0,
    conv_kernel: (data.conv_kernel ?? 4) || 0,
  }
}

function SlidingWindowConfig(data) {
  return {
    window_size: data.window_size || 0,
  }
}

function LinearLayerSpec(data) {
  return {
    name: data.name,
    in_features: data.in_features || 0,
    out_features: data.out_features || 0,
  }
}

function ToolCallConfig(data) {
  return {
    tool_call_parser: data.tool_call_parser ?? null,
    tool_call_plugin: data.tool_call_plugin ?? null,
    auto_tool_choice: data.auto_tool_choice ?? null,
  }
}

function ModelSpec(data) {
  return {
    context_size: integerOrNull(data.context_size),
    num_virtual_tokens: integerOrNull(data.num_virtual_tokens),
    is_chat: data.is_chat ?? null,
    is_embedding_model: (data.is_embedding_model ?? false),
    checkpoint_model_name: data.checkpoint_model_name,
    family: data.family,
    num_layers: data.num_layers || 0,
    hidden_size: data.hidden_size || 0,
    num_attention_heads: data.num_attention_heads || 0,
    num_kv_heads: data.num_kv_heads || 0,
    ffn_hidden_size: data.ffn_hidden_size || 0,
    vocab_size: data.vocab_size || 0,
    tied_embeddings: data.tied_embeddings,
    gated_mlp: data.gated_mlp,
    base_num_parameters: data.base_num_parameters || 0,
    precision: data.precision,
    moe_config: data.moe_config == null ? null : MoEConfig(data.moe_config),
    mamba_config: data.mamba_config == null ? null : MambaConfig(data.mamba_config),
    sliding_window_config: data.sliding_window_config == null ? null : SlidingWindowConfig(data.sliding_window_config),
    linear_layers: data.linear_layers == null ? null : list(data.linear_layers, LinearLayerSpec),
    chat_template: data.chat_template ?? null,
    tool_call_config: data.tool_call_config == null ? null : ToolCallConfig(data.tool_call_config),
    minimum_gpus_all_weights: integerOrNull(data.minimum_gpus_all_weights),
    minimum_gpus_lora: integerOrNull(data.minimum_gpus_lora),
  }
}

function FinetuningType(data) {
  return data
}

function APIEndpointData(data) {
  return {
    url: data.url ?? null,
    model_id: data.model_id ?? null,
    api_key: data.api_key ?? null,
    format: data.format ?? null,
  }
}

function BackendFormat(data) {
  return data
}

function InferenceParams(data) {
  return withExtras({
    model: data.model ?? null,
    temperature: data.temperature ?? null,
    max_tokens: integerOrNull(data.max_tokens),
    max_completion_tokens: integerOrNull(data.max_completion_tokens),
    top_p: data.top_p ?? null,
    stop: data.stop == null ? null : data.stop.slice(),
  }, data, InferenceParamsFields)
}

function PromptData(data) {
  return {
    system_prompt: data.system_prompt ?? null,
    icl_few_shot_examples: data.icl_few_shot_examples ?? null,
    inference_params: data.inference_params == null ? null : InferenceParams(data.inference_params),
    system_prompt_template: data.system_prompt_template ?? null,
  }
}

function CreateModelEntityRequest(data) {
  return {
    name: data.name,
    project: data.project ?? null,
    description: data.description ?? null,
    spec: data.spec == null ? null : ModelSpec(data.spec),
    finetuning_type: data.finetuning_type ?? null,
    fileset: data.fileset ?? null,
    base_model: data.base_model ?? null,
    api_endpoint: data.api_endpoint == null ? null : APIEndpointData(data.api_endpoint),
    backend_format: data.backend_format ?? null,
    prompt: data.prompt == null ? null : PromptData(data.prompt),
    custom_fields: data.custom_fields == null ? null : copyFree(data.custom_fields),
    ownership: data.ownership == null ? null : copyFree(data.ownership),
    model_providers: data.model_providers === null ? null : (data.model_providers ?? []).slice(),
    trust_remote_code: (data.trust_remote_code ?? false),
  }
}

function Lora(data) {
  return {
    alpha: integerOrNull(data.alpha),
    rank: data.rank || 0,
  }
}

function Adapter(data) {
  const made = {
    name: data.name,
    workspace: data.workspace,
    description: data.description ?? null,
    fileset: data.fileset,
    finetuning_type: data.finetuning_type,
    enabled: (data.enabled ?? true),
    lora_config: data.lora_config == null ? null : Lora(data.lora_config),
    model: data.model ?? null,
  }
  if (data.created_at !== undefined) made.created_at = data.created_at
  if (data.updated_at !== undefined) made.updated_at = data.updated_at
  return made
}

function ModelEntity(data) {
  return {
    id: data.id,
    name: data.name,
    workspace: data.workspace,
    project: data.project ?? null,
    created_at: data.created_at,
    updated_at: data.updated_at,
    description: data.description ?? null,
    spec: data.spec == null ? null : ModelSpec(data.spec),
    finetuning_type: data.finetuning_type ?? null,
    fileset: data.fileset ?? null,
    trust_remote_code: (data.trust_remote_code ?? false),
    base_model: data.base_model ?? null,
    api_endpoint: data.api_endpoint == null ? null : APIEndpointData(data.api_endpoint),
    backend_format: data.backend_format ?? null,
    adapters: data.adapters == null ? null : list(data.adapters, Adapter),
    prompt: data.prompt == null ? null : PromptData(data.prompt),
    custom_fields: copyFree((data.custom_fields ?? {})),
    ownership: data.ownership == null ? null : copyFree(data.ownership),
    model_providers: (data.model_providers ?? []).slice(),
  }
}

function ValidationErrorLocItems(data) {
  return data === 0 ? 0 : data
}

function ValidationError(data) {
  return {
    loc: list(data.loc, (item) => item === 0 ? 0 : item),
    msg: data.msg,
    type: data.type,
    input: copyFree(data.input ?? null),
    ctx: data.ctx == null ? null : copyFree(data.ctx),
  }
}

function HTTPValidationError(data) {
  return {
    detail: data.detail == null ? null : list(data.detail, ValidationError),
  }
}

export const builds = {
  MoEConfig,
  MambaConfig,
  SlidingWindowConfig,
  LinearLayerSpec,
  ToolCallConfig,
  ModelSpec,
  FinetuningType,
  APIEndpointData,
  BackendFormat,
  InferenceParams,
  PromptData,
  CreateModelEntityRequest,
  Lora,
  Adapter,
  ModelEntity,
  ValidationErrorLocItems,
  ValidationError,
  HTTPValidationError,
}
