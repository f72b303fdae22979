// Generated from src/schemas by scripts/generate/fast-path.ts: `npm run generate`.
import {
  COMMON_DATE_TIME,
  MAX_SEGMENT,
  MAX_URL,
  MODEL_REFERENCE,
  NORMAL_URL,
  copyFree,
  copyList,
  hasFreeExtras,
  hasShortSegments,
  integerOrNull,
  isFree,
  isFreeRecord,
  isLongerThan,
  isRecord,
  isUtcDateTime,
  withExtras,
} from '../fast-path/runtime.js'

const FinetuningTypeMembers = new Set(["lora_merged","all_weights","last_layer","top_layers","gradual_unfreezing","bias_only","attention_only","lora","qlora","adalora","dora","lora_plus","prompt_tuning","prefix_tuning","p_tuning","p_tuning_v2","soft_prompt","ppo","dpo","cdpo","ipo","orpo","kto","rrhf","grpo"])
const BackendFormatMembers = new Set(["OPENAI_CHAT","ANTHROPIC_MESSAGES"])
const isInferenceParamsField = (key) => (key === "model" || key === "temperature" || key === "max_tokens" || key === "max_completion_tokens" || key === "top_p" || key === "stop")
const STRANGER = /[^\w\-.]/
const STRANGER2 = /[^\w\-./]/

function isMoEConfig(data) {
  if (data == null) return false
  let field
  if (!Number.isSafeInteger(data.num_experts)) return false
  if (!Number.isSafeInteger(data.num_experts_per_tok)) return false
  if (!Number.isSafeInteger(data.num_expert_layers)) return false
  field = data.expert_ffn_size
  if (field != null && !Number.isSafeInteger(field)) return false
  field = data.num_shared_experts
  if (field !== undefined && !Number.isSafeInteger(field)) return false
  return true
}

function makeMoEConfig(data) {
  return {
    num_experts: data.num_experts || 0,
    num_experts_per_tok: data.num_experts_per_tok || 0,
    num_expert_layers: data.num_expert_layers || 0,
    expert_ffn_size: integerOrNull(data.expert_ffn_size),
    num_shared_experts: data.num_shared_experts || 0,
  }
}

function isMambaConfig(data) {
  if (data == null) return false
  let field
  if (typeof data.is_hybrid !== "boolean") return false
  if (!Number.isSafeInteger(data.num_mamba_layers)) return false
  field = data.num_attention_layers
  if (field !== undefined && !Number.isSafeInteger(field)) return false
  field = data.num_mlp_layers
  if (field !== undefined && !Number.isSafeInteger(field)) return false
  field = data.state_size
  if (field !== undefined && !Number.isSafeInteger(field)) return false
  field = data.conv_kernel
  if (field !== undefined && !Number.isSafeInteger(field)) return false
  return true
}

function makeMambaConfig(data) {
  return {
    is_hybrid: data.is_hybrid,
    num_mamba_layers: data.num_mamba_layers || 0,
    num_attention_layers: data.num_attention_layers || 0,
    num_mlp_layers: data.num_mlp_layers || 0,
    state_size: data.state_size === undefined ? 16 : data.state_size || 0,
    conv_kernel: data.conv_kernel === undefined ? 4 : data.conv_kernel || 0,
  }
}

function isSlidingWindowConfig(data) {
  if (data == null) return false
  if (!Number.isSafeInteger(data.window_size)) return false
  return true
}

function makeSlidingWindowConfig(data) {
  return {
    window_size: data.window_size || 0,
  }
}

function isLinearLayerSpec(data) {
  if (data == null) return false
  if (typeof data.name !== "string") return false
  if (!Number.isSafeInteger(data.in_features)) return false
  if (!Number.isSafeInteger(data.out_features)) return false
  return true
}

function makeLinearLayerSpec(data) {
  return {
    name: data.name,
    in_features: data.in_features || 0,
    out_features: data.out_features || 0,
  }
}

function isToolCallConfig(data) {
  if (!isRecord(data)) return false
  let field
  field = data.tool_call_parser
  if (field != null && !(typeof field === "string" && (field.length <= 255 || !isLongerThan(field, 255)) && field.isWellFormed())) return false
  field = data.tool_call_plugin
  if (field != null && !(typeof field === "string" && (field.length <= 255 || !isLongerThan(field, 255)) && field.isWellFormed())) return false
  field = data.auto_tool_choice
  if (field != null && typeof field !== "boolean") return false
  return true
}

function makeToolCallConfig(data) {
  return {
    tool_call_parser: data.tool_call_parser ?? null,
    tool_call_plugin: data.tool_call_plugin ?? null,
    auto_tool_choice: data.auto_tool_choice ?? null,
  }
}

function isModelSpec(data) {
  if (data == null) return false
  let field
  field = data.context_size
  if (field != null && !Number.isSafeInteger(field)) return false
  field = data.num_virtual_tokens
  if (field != null && !Number.isSafeInteger(field)) return false
  field = data.is_chat
  if (field != null && typeof field !== "boolean") return false
  field = data.is_embedding_model
  if (field !== undefined && typeof field !== "boolean") return false
  if (typeof data.checkpoint_model_name !== "string") return false
  if (typeof data.family !== "string") return false
  if (!Number.isSafeInteger(data.num_layers)) return false
  if (!Number.isSafeInteger(data.hidden_size)) return false
  if (!Number.isSafeInteger(data.num_attention_heads)) return false
  if (!Number.isSafeInteger(data.num_kv_heads)) return false
  if (!Number.isSafeInteger(data.ffn_hidden_size)) return false
  if (!Number.isSafeInteger(data.vocab_size)) return false
  if (typeof data.tied_embeddings !== "boolean") return false
  if (typeof data.gated_mlp !== "boolean") return false
  if (!Number.isSafeInteger(data.base_num_parameters)) return false
  if (typeof data.precision !== "string") return false
  field = data.moe_config
  if (field != null && !isMoEConfig(field)) return false
  field = data.mamba_config
  if (field != null && !isMambaConfig(field)) return false
  field = data.sliding_window_config
  if (field != null && !isSlidingWindowConfig(field)) return false
  field = data.linear_layers
  if (field != null && !(Array.isArray(field) && areAllLinearLayerSpec(field))) return false
  field = data.chat_template
  if (field != null && typeof field !== "string") return false
  field = data.tool_call_config
  if (field != null && !isToolCallConfig(field)) return false
  field = data.minimum_gpus_all_weights
  if (field != null && !Number.isSafeInteger(field)) return false
  field = data.minimum_gpus_lora
  if (field != null && !Number.isSafeInteger(field)) return false
  return true
}

function areAllLinearLayerSpec(items) {
  const { length } = items
  for (let index = 0; index < length; index++) {
    const item = items[index]
    if (item == null) return false
    if (typeof item.name !== "string") return false
    if (!Number.isSafeInteger(item.in_features)) return false
    if (!Number.isSafeInteger(item.out_features)) return false
  }
  return true
}

function makeModelSpec(data) {
  return {
    context_size: integerOrNull(data.context_size),
    num_virtual_tokens: integerOrNull(data.num_virtual_tokens),
    is_chat: data.is_chat ?? null,
    is_embedding_model: data.is_embedding_model ?? false,
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
    moe_config: data.moe_config == null ? null : makeMoEConfig(data.moe_config),
    mamba_config: data.mamba_config == null ? null : makeMambaConfig(data.mamba_config),
    sliding_window_config: data.sliding_window_config == null ? null : makeSlidingWindowConfig(data.sliding_window_config),
    linear_layers: data.linear_layers == null ? null : copyList(data.linear_layers, makeLinearLayerSpec),
    chat_template: data.chat_template ?? null,
    tool_call_config: data.tool_call_config == null ? null : makeToolCallConfig(data.tool_call_config),
    minimum_gpus_all_weights: integerOrNull(data.minimum_gpus_all_weights),
    minimum_gpus_lora: integerOrNull(data.minimum_gpus_lora),
  }
}

function isFinetuningType(data) {
  return FinetuningTypeMembers.has(data)
}

function makeFinetuningType(data) {
  return data
}

function isAPIEndpointData(data) {
  if (!isRecord(data)) return false
  let field
  field = data.url
  if (field != null && !(typeof field === "string" && field.length <= MAX_URL && NORMAL_URL.test(field))) return false
  field = data.model_id
  if (field != null && typeof field !== "string") return false
  field = data.api_key
  if (field != null && typeof field !== "string") return false
  field = data.format
  if (field != null && typeof field !== "string") return false
  return true
}

function makeAPIEndpointData(data) {
  return {
    url: data.url ?? null,
    model_id: data.model_id ?? null,
    api_key: data.api_key ?? null,
    format: data.format ?? null,
  }
}

function isBackendFormat(data) {
  return BackendFormatMembers.has(data)
}

function makeBackendFormat(data) {
  return data
}

function isInferenceParams(data) {
  if (!isRecord(data)) return false
  let field
  field = data.model
  if (field != null && typeof field !== "string") return false
  field = data.temperature
  if (field != null && !(typeof field === "number" && field >= 0 && field <= 2 && !Object.is(field, -0))) return false
  field = data.max_tokens
  if (field != null && !(Number.isSafeInteger(field) && field >= 1)) return false
  field = data.max_completion_tokens
  if (field != null && !(Number.isSafeInteger(field) && field >= 1)) return false
  field = data.top_p
  if (field != null && !(typeof field === "number" && field >= 0 && field <= 1 && !Object.is(field, -0))) return false
  field = data.stop
  if (field != null && !(Array.isArray(field) && areAllstring(field))) return false
  if ((data.max_tokens != null) + (data.max_completion_tokens != null) > 1) return false
  if (!hasFreeExtras(data, isInferenceParamsField)) return false
  return true
}

function areAllstring(items) {
  const { length } = items
  for (let index = 0; index < length; index++) {
    const item = items[index]
    if (typeof item !== "string") return false
  }
  return true
}

function makeInferenceParamsInModelEntity(data) {
  const answer = {
    model: data.model ?? null,
    temperature: data.temperature ?? null,
    max_tokens: data.max_tokens ?? null,
    max_completion_tokens: data.max_completion_tokens ?? null,
    top_p: data.top_p ?? null,
    stop: data.stop == null ? null : data.stop.slice(),
  }
  return withExtras(answer, data, isInferenceParamsField)
}

function isPromptData(data) {
  if (!isRecord(data)) return false
  let field
  field = data.system_prompt
  if (field != null && typeof field !== "string") return false
  field = data.icl_few_shot_examples
  if (field != null && typeof field !== "string") return false
  field = data.inference_params
  if (field != null && !isInferenceParams(field)) return false
  field = data.system_prompt_template
  if (field != null && typeof field !== "string") return false
  return true
}

function makePromptDataInModelEntity(data) {
  return {
    system_prompt: data.system_prompt ?? null,
    icl_few_shot_examples: data.icl_few_shot_examples ?? null,
    inference_params: data.inference_params == null ? null : makeInferenceParamsInModelEntity(data.inference_params),
    system_prompt_template: data.system_prompt_template ?? null,
  }
}

function isCreateModelEntityRequest(data) {
  if (!isRecord(data)) return false
  let field
  field = data.name
  if (!(typeof field === "string" && field.length <= 255 && field !== "" && !STRANGER.test(field))) return false
  field = data.project
  if (field != null && !(typeof field === "string" && field.length <= 255 && field !== "" && !STRANGER2.test(field))) return false
  field = data.description
  if (field != null && !(typeof field === "string" && (field.length <= 1000 || !isLongerThan(field, 1000)) && field.isWellFormed())) return false
  field = data.spec
  if (field != null && !isModelSpec(field)) return false
  field = data.finetuning_type
  if (field != null && !FinetuningTypeMembers.has(field)) return false
  field = data.fileset
  if (field != null && typeof field !== "string") return false
  field = data.base_model
  if (field != null && typeof field !== "string") return false
  field = data.api_endpoint
  if (field != null && !isAPIEndpointData(field)) return false
  field = data.backend_format
  if (field != null && !BackendFormatMembers.has(field)) return false
  field = data.prompt
  if (field != null && !isPromptData(field)) return false
  field = data.custom_fields
  if (field != null && !isFreeRecord(field)) return false
  field = data.ownership
  if (field != null && !isFreeRecord(field)) return false
  field = data.model_providers
  if (field != null && !(Array.isArray(field) && areAllstring(field))) return false
  field = data.trust_remote_code
  if (field !== undefined && typeof field !== "boolean") return false
  return true
}

function makeCreateModelEntityRequest(data) {
  return {
    name: data.name,
    project: data.project ?? null,
    description: data.description ?? null,
    spec: data.spec == null ? null : makeModelSpec(data.spec),
    finetuning_type: data.finetuning_type ?? null,
    fileset: data.fileset ?? null,
    base_model: data.base_model ?? null,
    api_endpoint: data.api_endpoint == null ? null : makeAPIEndpointData(data.api_endpoint),
    backend_format: data.backend_format ?? null,
    prompt: data.prompt == null ? null : makePromptDataInModelEntity(data.prompt),
    custom_fields: data.custom_fields == null ? null : copyFree(data.custom_fields),
    ownership: data.ownership == null ? null : copyFree(data.ownership),
    model_providers: data.model_providers === undefined ? [] : data.model_providers === null ? null : data.model_providers.slice(),
    trust_remote_code: data.trust_remote_code ?? false,
  }
}

function isLora(data) {
  if (data == null) return false
  let field
  field = data.alpha
  if (field != null && !Number.isSafeInteger(field)) return false
  if (!Number.isSafeInteger(data.rank)) return false
  return true
}

function makeLora(data) {
  return {
    alpha: integerOrNull(data.alpha),
    rank: data.rank || 0,
  }
}

function isAdapter(data) {
  if (data == null) return false
  let field
  field = data.name
  if (!(typeof field === "string" && field.length <= 255 && field !== "" && !STRANGER.test(field))) return false
  field = data.workspace
  if (!(typeof field === "string" && field.length <= 255 && field !== "" && !STRANGER.test(field))) return false
  field = data.description
  if (field != null && !(typeof field === "string" && (field.length <= 1000 || !isLongerThan(field, 1000)) && field.isWellFormed())) return false
  if (typeof data.fileset !== "string") return false
  if (!FinetuningTypeMembers.has(data.finetuning_type)) return false
  field = data.enabled
  if (field !== undefined && typeof field !== "boolean") return false
  field = data.lora_config
  if (field != null && !isLora(field)) return false
  field = data.model
  if (field != null && !(typeof field === "string" && field.length <= 127 && MODEL_REFERENCE.test(field) && (field.length <= MAX_SEGMENT || hasShortSegments(field)))) return false
  const created_at = data.created_at
  if (created_at !== undefined && !(typeof created_at === "string" && (COMMON_DATE_TIME.test(created_at) || isUtcDateTime(created_at)))) return false
  const updated_at = data.updated_at
  if (updated_at !== undefined && !(typeof updated_at === "string" && (updated_at === created_at || COMMON_DATE_TIME.test(updated_at) || isUtcDateTime(updated_at)))) return false
  return true
}

function makeAdapter(data) {
  const answer = {}
  answer.name = data.name
  answer.workspace = data.workspace
  answer.description = data.description ?? null
  answer.fileset = data.fileset
  answer.finetuning_type = data.finetuning_type
  answer.enabled = data.enabled ?? true
  answer.lora_config = data.lora_config == null ? null : makeLora(data.lora_config)
  answer.model = data.model ?? null
  if (data.created_at !== undefined) answer.created_at = data.created_at
  if (data.updated_at !== undefined) answer.updated_at = data.updated_at
  return answer
}

function isModelEntity(data) {
  if (data == null) return false
  let field
  if (typeof data.id !== "string") return false
  field = data.name
  if (!(typeof field === "string" && field.length <= 255 && field !== "" && !STRANGER.test(field))) return false
  field = data.workspace
  if (!(typeof field === "string" && field.length <= 255 && field !== "" && !STRANGER.test(field))) return false
  field = data.project
  if (field != null && !(typeof field === "string" && (field.length <= 255 || !isLongerThan(field, 255)) && field.isWellFormed())) return false
  const created_at = data.created_at
  if (!(typeof created_at === "string" && (COMMON_DATE_TIME.test(created_at) || isUtcDateTime(created_at)))) return false
  const updated_at = data.updated_at
  if (!(typeof updated_at === "string" && (updated_at === created_at || COMMON_DATE_TIME.test(updated_at) || isUtcDateTime(updated_at)))) return false
  field = data.description
  if (field != null && !(typeof field === "string" && (field.length <= 1000 || !isLongerThan(field, 1000)) && field.isWellFormed())) return false
  field = data.spec
  if (field != null && !isModelSpec(field)) return false
  field = data.finetuning_type
  if (field != null && !FinetuningTypeMembers.has(field)) return false
  field = data.fileset
  if (field != null && typeof field !== "string") return false
  field = data.trust_remote_code
  if (field !== undefined && typeof field !== "boolean") return false
  field = data.base_model
  if (field != null && typeof field !== "string") return false
  field = data.api_endpoint
  if (field != null && !isAPIEndpointData(field)) return false
  field = data.backend_format
  if (field != null && !BackendFormatMembers.has(field)) return false
  field = data.adapters
  if (field != null && !(Array.isArray(field) && areAllAdapter(field))) return false
  field = data.prompt
  if (field != null && !isPromptDataInModelEntity(field)) return false
  field = data.custom_fields
  if (field !== undefined && !isFreeRecord(field)) return false
  field = data.ownership
  if (field != null && !isFreeRecord(field)) return false
  field = data.model_providers
  if (field !== undefined && !(Array.isArray(field) && areAllstring(field))) return false
  return true
}

function areAllAdapter(items) {
  const { length } = items
  for (let index = 0; index < length; index++) {
    const item = items[index]
    if (!isAdapter(item)) return false
  }
  return true
}

function isPromptDataInModelEntity(data) {
  if (!isRecord(data)) return false
  let field
  field = data.system_prompt
  if (field != null && typeof field !== "string") return false
  field = data.icl_few_shot_examples
  if (field != null && typeof field !== "string") return false
  field = data.inference_params
  if (field != null && !isInferenceParamsInModelEntity(field)) return false
  field = data.system_prompt_template
  if (field != null && typeof field !== "string") return false
  return true
}

function isInferenceParamsInModelEntity(data) {
  if (!isRecord(data)) return false
  let field
  field = data.model
  if (field != null && typeof field !== "string") return false
  field = data.temperature
  if (field != null && !(typeof field === "number" && field >= 0 && field <= 2 && !Object.is(field, -0))) return false
  field = data.max_tokens
  if (field != null && !(Number.isSafeInteger(field) && field >= 1)) return false
  field = data.max_completion_tokens
  if (field != null && !(Number.isSafeInteger(field) && field >= 1)) return false
  field = data.top_p
  if (field != null && !(typeof field === "number" && field >= 0 && field <= 1 && !Object.is(field, -0))) return false
  field = data.stop
  if (field != null && !(Array.isArray(field) && areAllstring(field))) return false
  if (!hasFreeExtras(data, isInferenceParamsField)) return false
  return true
}

function makeModelEntity(data) {
  return {
    id: data.id,
    name: data.name,
    workspace: data.workspace,
    project: data.project ?? null,
    created_at: data.created_at,
    updated_at: data.updated_at,
    description: data.description ?? null,
    spec: data.spec == null ? null : makeModelSpec(data.spec),
    finetuning_type: data.finetuning_type ?? null,
    fileset: data.fileset ?? null,
    trust_remote_code: data.trust_remote_code ?? false,
    base_model: data.base_model ?? null,
    api_endpoint: data.api_endpoint == null ? null : makeAPIEndpointData(data.api_endpoint),
    backend_format: data.backend_format ?? null,
    adapters: data.adapters == null ? null : copyList(data.adapters, makeAdapter),
    prompt: data.prompt == null ? null : makePromptDataInModelEntity(data.prompt),
    custom_fields: data.custom_fields === undefined ? {} : copyFree(data.custom_fields),
    ownership: data.ownership == null ? null : copyFree(data.ownership),
    model_providers: data.model_providers === undefined ? [] : data.model_providers.slice(),
  }
}

function isValidationErrorLocItems(data) {
  return (typeof data === "string" || Number.isSafeInteger(data))
}

function makeValidationErrorLocItems(data) {
  return (typeof data === "string" ? data : data || 0)
}

function isValidationError(data) {
  if (data == null) return false
  let field
  field = data.loc
  if (!(Array.isArray(field) && areAllValidationErrorLocItems(field))) return false
  if (typeof data.msg !== "string") return false
  if (typeof data.type !== "string") return false
  field = data.input
  if (field !== undefined && !isFree(field)) return false
  field = data.ctx
  if (field != null && !isFreeRecord(field)) return false
  return true
}

function areAllValidationErrorLocItems(items) {
  const { length } = items
  for (let index = 0; index < length; index++) {
    const item = items[index]
    if (!isValidationErrorLocItems(item)) return false
  }
  return true
}

function makeValidationError(data) {
  return {
    loc: copyList(data.loc, (item) => (typeof item === "string" ? item : item || 0)),
    msg: data.msg,
    type: data.type,
    input: data.input === undefined ? null : copyFree(data.input),
    ctx: data.ctx == null ? null : copyFree(data.ctx),
  }
}

function isHTTPValidationError(data) {
  if (!isRecord(data)) return false
  let field
  field = data.detail
  if (field != null && !(Array.isArray(field) && areAllValidationError(field))) return false
  return true
}

function areAllValidationError(items) {
  const { length } = items
  for (let index = 0; index < length; index++) {
    const item = items[index]
    if (!isValidationError(item)) return false
  }
  return true
}

function makeHTTPValidationError(data) {
  return {
    detail: data.detail == null ? null : copyList(data.detail, makeValidationError),
  }
}

export const FAST_PATHS = [
  [isMoEConfig, makeMoEConfig],
  [isMambaConfig, makeMambaConfig],
  [isSlidingWindowConfig, makeSlidingWindowConfig],
  [isLinearLayerSpec, makeLinearLayerSpec],
  [isToolCallConfig, makeToolCallConfig],
  [isModelSpec, makeModelSpec],
  [isFinetuningType, makeFinetuningType],
  [isAPIEndpointData, makeAPIEndpointData],
  [isBackendFormat, makeBackendFormat],
  [isInferenceParams, makeInferenceParamsInModelEntity],
  [isPromptData, makePromptDataInModelEntity],
  [isCreateModelEntityRequest, makeCreateModelEntityRequest],
  [isLora, makeLora],
  [isAdapter, makeAdapter],
  [isModelEntity, makeModelEntity],
  [isValidationErrorLocItems, makeValidationErrorLocItems],
  [isValidationError, makeValidationError],
  [isHTTPValidationError, makeHTTPValidationError],
  [isInferenceParamsInModelEntity, makeInferenceParamsInModelEntity],
  [isPromptDataInModelEntity, makePromptDataInModelEntity],
]
