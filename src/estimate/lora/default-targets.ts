/**
 * What PEFT puts LoRA on where `target_modules` is left out, by the family's `model_type`: the families that stand here,
 * as in `TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING` of PEFT 0.21.2. For all others it asks the user to choose. A
 * text is a regular expression.
 */
export const DEFAULT_TARGETS: Readonly<Record<string, readonly string[] | string>> = {
  t5: ['q', 'v'],
  mt5: ['q', 'v'],
  bart: ['q_proj', 'v_proj'],
  gpt2: ['c_attn'],
  bloom: ['query_key_value'],
  'blip-2': ['q', 'v', 'q_proj', 'v_proj'],
  opt: ['q_proj', 'v_proj'],
  gptj: ['q_proj', 'v_proj'],
  gpt_neox: ['query_key_value'],
  gpt_neo: ['q_proj', 'v_proj'],
  bert: ['query', 'value'],
  roberta: ['query', 'value'],
  'xlm-roberta': ['query', 'value'],
  electra: ['query', 'value'],
  'deberta-v2': ['query_proj', 'value_proj'],
  deberta: ['in_proj'],
  layoutlm: ['query', 'value'],
  llama: ['q_proj', 'v_proj'],
  llama4: ['q_proj', 'v_proj'],
  chatglm: ['query_key_value'],
  gpt_bigcode: ['c_attn'],
  mpt: ['Wqkv'],
  RefinedWebModel: ['query_key_value'],
  RefinedWeb: ['query_key_value'],
  falcon: ['query_key_value'],
  btlm: ['c_proj', 'c_attn'],
  codegen: ['qkv_proj'],
  mistral: ['q_proj', 'v_proj'],
  mixtral: ['q_proj', 'v_proj'],
  stablelm: ['q_proj', 'v_proj'],
  phi: ['q_proj', 'v_proj', 'fc1', 'fc2'],
  gemma: ['q_proj', 'v_proj'],
  gemma2: ['q_proj', 'v_proj'],
  gemma3_text: ['q_proj', 'v_proj'],
  gemma4: '.*language_model\\..*\\.(q_proj|v_proj)',
  qwen2: ['q_proj', 'v_proj'],
  qwen3: ['q_proj', 'v_proj'],
  nemotron_h: ['q_proj', 'k_proj', 'v_proj', 'o_proj'],
  rwkv: ['key', 'value', 'receptance', 'output'],
  rwkv7: ['r_proj', 'k_proj', 'v_proj', 'o_proj', 'key', 'value'],
}

/**
 * Families on whose mixers PEFT refuses LoRA, since their fused kernels read the weights past the adapter (`PEFT`
 * `_check_lora_target_modules_mamba`), and the modules that it refuses there.
 */
export const REFUSED_TARGETS = {
  families: new Set(['falcon_h1', 'mamba', 'mamba2', 'falcon_mamba', 'nemotron_h']),
  modules: new Set(['out_proj', 'conv1d']),
}

/** What families call their output embedding, which `all-linear` leaves alone. */
export const OUTPUT_EMBEDDINGS: ReadonlySet<string> = new Set([
  'lm_head',
  'embed_out',
  'output_projection',
  'generator_lm_head',
  'vocab_projector',
  'decoder',
  'lm_head.decoder',
  'cls.predictions.decoder',
])
