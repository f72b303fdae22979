// Generated from src/schemas by scripts/generate/fast-path.ts: `npm run generate`.
import {
  COMMON_DATE_TIME,
  MAX_SEGMENT,
  MAX_URL,
  MODEL_REFERENCE,
  NORMAL_URL,
  copyFree,
  copyList,
  hasShortSegments,
  integerOrNull,
  isLongerThan,
  isRecord,
  isUtcDateTime,
  withExtras,
} from '../fast-path/runtime.js'

const FinetuningTypeMembers = new Set(["lora_merged","all_weights","last_layer","top_layers","gradual_unfreezing","bias_only","attention_only","lora","qlora","adalora","dora","lora_plus","prompt_tuning","prefix_tuning","p_tuning","p_tuning_v2","soft_prompt","ppo","dpo","cdpo","ipo","orpo","kto","rrhf","grpo"])
const BackendFormatMembers = new Set(["OPENAI_CHAT","ANTHROPIC_MESSAGES"])
const InferenceParamsFields = new Set(["model","temperature","max_tokens","max_completion_tokens","top_p","stop"])
const STRANGER = /[^\w\-.]/
const STRANGER2 = /[^\w\-./]/

function isMoEConfig(data) {
  if (data == null) return false
  if (!Number.isSafeInteger(data.num_experts)) return false
  if (!Number.isSafeInteger(data.num_experts_per_tok)) return false
  if (!Number.isSafeInteger(data.num_expert_layers)) return false
  const expert_ffn_size = data.expert_ffn_size
  if (expert_ffn_size != null && !Number.isSafeInteger(expert_ffn_size)) return false
  const num_shared_experts = data.num_shared_experts
  if (num_shared_experts !== undefined && !Number.isSafeInteger(num_shared_experts)) return false
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
  if (typeof data.is_hybrid !== "boolean") return false
  if (!Number.isSafeInteger(data.num_mamba_layers)) return false
  const num_attention_layers = data.num_attention_layers
  if (num_attention_layers !== undefined && !Number.isSafeInteger(num_attention_layers)) return false
  const num_mlp_layers = data.num_mlp_layers
  if (num_mlp_layers !== undefined && !Number.isSafeInteger(num_mlp_layers)) return false
  const state_size = data.state_size
  if (state_size !== undefined && !Number.isSafeInteger(state_size)) return false
  const conv_kernel = data.conv_kernel
  if (conv_kernel !== undefined && !Number.isSafeInteger(conv_kernel)) return false
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
  const tool_call_parser = data.tool_call_parser
  if (tool_call_parser != null && !(typeof tool_call_parser === "string" && (tool_call_parser.length <= 255 || !isLongerThan(tool_call_parser, 255)) && tool_call_parser.isWellFormed())) return false
  const tool_call_plugin = data.tool_call_plugin
  if (tool_call_plugin != null && !(typeof tool_call_plugin === "string" && (tool_call_plugin.length <= 255 || !isLongerThan(tool_call_plugin, 255)) && tool_call_plugin.isWellFormed())) return false
  const auto_tool_choice = data.auto_tool_choice
  if (auto_tool_choice != null && typeof auto_tool_choice !== "boolean") return false
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
  const context_size = data.context_size
  if (context_size != null && !Number.isSafeInteger(context_size)) return false
  const num_virtual_tokens = data.num_virtual_tokens
  if (num_virtual_tokens != null && !Number.isSafeInteger(num_virtual_tokens)) return false
  const is_chat = data.is_chat
  if (is_chat != null && typeof is_chat !== "boolean") return false
  const is_embedding_model = data.is_embedding_model
  if (is_embedding_model !== undefined && typeof is_embedding_model !== "boolean") return false
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
  const moe_config = data.moe_config
  if (moe_config != null && !isMoEConfig(moe_config)) return false
  const mamba_config = data.mamba_config
  if (mamba_config != null && !isMambaConfig(mamba_config)) return false
  const sliding_window_config = data.sliding_window_config
  if (sliding_window_config != null && !isSlidingWindowConfig(sliding_window_config)) return false
  const linear_layers = data.linear_layers
  if (linear_layers != null && !(Array.isArray(linear_layers) && areAllLinearLayerSpec(linear_layers))) return false
  const chat_template = data.chat_template
  if (chat_template != null && typeof chat_template !== "string") return false
  const tool_call_config = data.tool_call_config
  if (tool_call_config != null && !isToolCallConfig(tool_call_config)) return false
  const minimum_gpus_all_weights = data.minimum_gpus_all_weights
  if (minimum_gpus_all_weights != null && !Number.isSafeInteger(minimum_gpus_all_weights)) return false
  const minimum_gpus_lora = data.minimum_gpus_lora
  if (minimum_gpus_lora != null && !Number.isSafeInteger(minimum_gpus_lora)) return false
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
  const url = data.url
  if (url != null && !(typeof url === "string" && url.length <= MAX_URL && NORMAL_URL.test(url))) return false
  const model_id = data.model_id
  if (model_id != null && typeof model_id !== "string") return false
  const api_key = data.api_key
  if (api_key != null && typeof api_key !== "string") return false
  const format = data.format
  if (format != null && typeof format !== "string") return false
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
  const model = data.model
  if (model != null && typeof model !== "string") return false
  const temperature = data.temperature
  if (temperature != null && !(typeof temperature === "number" && temperature >= 0 && temperature <= 2 && !Object.is(temperature, -0))) return false
  const max_tokens = data.max_tokens
  if (max_tokens != null && !(Number.isSafeInteger(max_tokens) && max_tokens >= 1)) return false
  const max_completion_tokens = data.max_completion_tokens
  if (max_completion_tokens != null && !(Number.isSafeInteger(max_completion_tokens) && max_completion_tokens >= 1)) return false
  const top_p = data.top_p
  if (top_p != null && !(typeof top_p === "number" && top_p >= 0 && top_p <= 1 && !Object.is(top_p, -0))) return false
  const stop = data.stop
  if (stop != null && !(Array.isArray(stop) && areAllstring(stop))) return false
  if ((data.max_tokens != null) + (data.max_completion_tokens != null) > 1) return false
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

function makeInferenceParams(data) {
  const answer = {
    model: data.model ?? null,
    temperature: data.temperature ?? null,
    max_tokens: data.max_tokens ?? null,
    max_completion_tokens: data.max_completion_tokens ?? null,
    top_p: data.top_p ?? null,
    stop: data.stop == null ? null : data.stop.slice(),
  }
  return withExtras(answer, data, InferenceParamsFields)
}

function isPromptData(data) {
  if (!isRecord(data)) return false
  const system_prompt = data.system_prompt
  if (system_prompt != null && typeof system_prompt !== "string") return false
  const icl_few_shot_examples = data.icl_few_shot_examples
  if (icl_few_shot_examples != null && typeof icl_few_shot_examples !== "string") return false
  const inference_params = data.inference_params
  if (inference_params != null && !isInferenceParams(inference_params)) return false
  const system_prompt_template = data.system_prompt_template
  if (system_prompt_template != null && typeof system_prompt_template !== "string") return false
  return true
}

function makePromptData(data) {
  return {
    system_prompt: data.system_prompt ?? null,
    icl_few_shot_examples: data.icl_few_shot_examples ?? null,
    inference_params: data.inference_params == null ? null : makeInferenceParams(data.inference_params),
    system_prompt_template: data.system_prompt_template ?? null,
  }
}

function isCreateModelEntityRequest(data) {
  if (!isRecord(data)) return false
  const name = data.name
  if (!(typeof name === "string" && name.length <= 255 && name !== "" && !STRANGER.test(name))) return false
  const project = data.project
  if (project != null && !(typeof project === "string" && project.length <= 255 && project !== "" && !STRANGER2.test(project))) return false
  const description = data.description
  if (description != null && !(typeof description === "string" && (description.length <= 1000 || !isLongerThan(description, 1000)) && description.isWellFormed())) return false
  const spec = data.spec
  if (spec != null && !isModelSpec(spec)) return false
  const finetuning_type = data.finetuning_type
  if (finetuning_type != null && !FinetuningTypeMembers.has(finetuning_type)) return false
  const fileset = data.fileset
  if (fileset != null && typeof fileset !== "string") return false
  const base_model = data.base_model
  if (base_model != null && typeof base_model !== "string") return false
  const api_endpoint = data.api_endpoint
  if (api_endpoint != null && !isAPIEndpointData(api_endpoint)) return false
  const backend_format = data.backend_format
  if (backend_format != null && !BackendFormatMembers.has(backend_format)) return false
  const prompt = data.prompt
  if (prompt != null && !isPromptData(prompt)) return false
  const custom_fields = data.custom_fields
  if (custom_fields != null && !isRecord(custom_fields)) return false
  const ownership = data.ownership
  if (ownership != null && !isRecord(ownership)) return false
  const model_providers = data.model_providers
  if (model_providers != null && !(Array.isArray(model_providers) && areAllstring(model_providers))) return false
  const trust_remote_code = data.trust_remote_code
  if (trust_remote_code !== undefined && typeof trust_remote_code !== "boolean") return false
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
    prompt: data.prompt == null ? null : makePromptData(data.prompt),
    custom_fields: data.custom_fields == null ? null : copyFree(data.custom_fields),
    ownership: data.ownership == null ? null : copyFree(data.ownership),
    model_providers: data.model_providers === undefined ? [] : data.model_providers === null ? null : data.model_providers.slice(),
    trust_remote_code: data.trust_remote_code ?? false,
  }
}

function isLora(data) {
  if (data == null) return false
  const alpha = data.alpha
  if (alpha != null && !Number.isSafeInteger(alpha)) return false
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
  const name = data.name
  if (!(typeof name === "string" && name.length <= 255 && name !== "" && !STRANGER.test(name))) return false
  const workspace = data.workspace
  if (!(typeof workspace === "string" && workspace.length <= 255 && workspace !== "" && !STRANGER.test(workspace))) return false
  const description = data.description
  if (description != null && !(typeof description === "string" && (description.length <= 1000 || !isLongerThan(description, 1000)) && description.isWellFormed())) return false
  if (typeof data.fileset !== "string") return false
  if (!FinetuningTypeMembers.has(data.finetuning_type)) return false
  const enabled = data.enabled
  if (enabled !== undefined && typeof enabled !== "boolean") return false
  const lora_config = data.lora_config
  if (lora_config != null && !isLora(lora_config)) return false
  const model = data.model
  if (model != null && !(typeof model === "string" && model.length <= 127 && MODEL_REFERENCE.test(model) && (model.length <= MAX_SEGMENT || hasShortSegments(model)))) return false
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
  if (typeof data.id !== "string") return false
  const name = data.name
  if (!(typeof name === "string" && name.length <= 255 && name !== "" && !STRANGER.test(name))) return false
  const workspace = data.workspace
  if (!(typeof workspace === "string" && workspace.length <= 255 && workspace !== "" && !STRANGER.test(workspace))) return false
  const project = data.project
  if (project != null && !(typeof project === "string" && (project.length <= 255 || !isLongerThan(project, 255)) && project.isWellFormed())) return false
  const created_at = data.created_at
  if (!(typeof created_at === "string" && (COMMON_DATE_TIME.test(created_at) || isUtcDateTime(created_at)))) return false
  const updated_at = data.updated_at
  if (!(typeof updated_at === "string" && (updated_at === created_at || COMMON_DATE_TIME.test(updated_at) || isUtcDateTime(updated_at)))) return false
  const description = data.description
  if (description != null && !(typeof description === "string" && (description.length <= 1000 || !isLongerThan(description, 1000)) && description.isWellFormed())) return false
  const spec = data.spec
  if (spec != null && !isModelSpec(spec)) return false
  const finetuning_type = data.finetuning_type
  if (finetuning_type != null && !FinetuningTypeMembers.has(finetuning_type)) return false
  const fileset = data.fileset
  if (fileset != null && typeof fileset !== "string") return false
  const trust_remote_code = data.trust_remote_code
  if (trust_remote_code !== undefined && typeof trust_remote_code !== "boolean") return false
  const base_model = data.base_model
  if (base_model != null && typeof base_model !== "string") return false
  const api_endpoint = data.api_endpoint
  if (api_endpoint != null && !isAPIEndpointData(api_endpoint)) return false
  const backend_format = data.backend_format
  if (backend_format != null && !BackendFormatMembers.has(backend_format)) return false
  const adapters = data.adapters
  if (adapters != null && !(Array.isArray(adapters) && areAllAdapter(adapters))) return false
  const prompt = data.prompt
  if (prompt != null && !isPromptData2(prompt)) return false
  const custom_fields = data.custom_fields
  if (custom_fields !== undefined && !isRecord(custom_fields)) return false
  const ownership = data.ownership
  if (ownership != null && !isRecord(ownership)) return false
  const model_providers = data.model_providers
  if (model_providers !== undefined && !(Array.isArray(model_providers) && areAllstring(model_providers))) return false
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

function isPromptData2(data) {
  if (!isRecord(data)) return false
  const system_prompt = data.system_prompt
  if (system_prompt != null && typeof system_prompt !== "string") return false
  const icl_few_shot_examples = data.icl_few_shot_examples
  if (icl_few_shot_examples != null && typeof icl_few_shot_examples !== "string") return false
  const inference_params = data.inference_params
  if (inference_params != null && !isInferenceParams2(inference_params)) return false
  const system_prompt_template = data.system_prompt_template
  if (system_prompt_template != null && typeof system_prompt_template !== "string") return false
  return true
}

function isInferenceParams2(data) {
  if (!isRecord(data)) return false
  const model = data.model
  if (model != null && typeof model !== "string") return false
  const temperature = data.temperature
  if (temperature != null && !(typeof temperature === "number" && temperature >= 0 && temperature <= 2 && !Object.is(temperature, -0))) return false
  const max_tokens = data.max_tokens
  if (max_tokens != null && !(Number.isSafeInteger(max_tokens) && max_tokens >= 1)) return false
  const max_completion_tokens = data.max_completion_tokens
  if (max_completion_tokens != null && !(Number.isSafeInteger(max_completion_tokens) && max_completion_tokens >= 1)) return false
  const top_p = data.top_p
  if (top_p != null && !(typeof top_p === "number" && top_p >= 0 && top_p <= 1 && !Object.is(top_p, -0))) return false
  const stop = data.stop
  if (stop != null && !(Array.isArray(stop) && areAllstring(stop))) return false
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
    prompt: data.prompt == null ? null : makePromptData(data.prompt),
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
  const loc = data.loc
  if (!(Array.isArray(loc) && areAllValidationErrorLocItems(loc))) return false
  if (typeof data.msg !== "string") return false
  if (typeof data.type !== "string") return false
  const ctx = data.ctx
  if (ctx != null && !isRecord(ctx)) return false
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
  const detail = data.detail
  if (detail != null && !(Array.isArray(detail) && areAllValidationError(detail))) return false
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

export const FAST_PATHS = {
  MoEConfig: { accepts: isMoEConfig, build: makeMoEConfig },
  MambaConfig: { accepts: isMambaConfig, build: makeMambaConfig },
  SlidingWindowConfig: { accepts: isSlidingWindowConfig, build: makeSlidingWindowConfig },
  LinearLayerSpec: { accepts: isLinearLayerSpec, build: makeLinearLayerSpec },
  ToolCallConfig: { accepts: isToolCallConfig, build: makeToolCallConfig },
  ModelSpec: { accepts: isModelSpec, build: makeModelSpec },
  FinetuningType: { accepts: isFinetuningType, build: makeFinetuningType },
  APIEndpointData: { accepts: isAPIEndpointData, build: makeAPIEndpointData },
  BackendFormat: { accepts: isBackendFormat, build: makeBackendFormat },
  InferenceParams: { accepts: isInferenceParams, build: makeInferenceParams },
  PromptData: { accepts: isPromptData, build: makePromptData },
  CreateModelEntityRequest: { accepts: isCreateModelEntityRequest, build: makeCreateModelEntityRequest },
  Lora: { accepts: isLora, build: makeLora },
  Adapter: { accepts: isAdapter, build: makeAdapter },
  ModelEntity: { accepts: isModelEntity, build: makeModelEntity },
  ValidationErrorLocItems: { accepts: isValidationErrorLocItems, build: makeValidationErrorLocItems },
  ValidationError: { accepts: isValidationError, build: makeValidationError },
  HTTPValidationError: { accepts: isHTTPValidationError, build: makeHTTPValidationError },
}
