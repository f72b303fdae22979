/** Where each rule looks, so that most rules need not run on most documents. */

/**
 * The fields that a rule is about. It finds nothing in a valid value in which none of them is set. A rule that is not listed
 * runs always.
 */
export const RULE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  'invalid-reference': ['base_model', 'fileset', 'model_providers', 'tool_call_plugin'],
  'name-not-accepted': ['name'],
  'unreachable-name': ['name'],
  'non-positive-dimension': [
    ...['num_layers', 'hidden_size', 'vocab_size', 'base_num_parameters', 'context_size'],
    ...['num_attention_heads', 'num_kv_heads', 'ffn_hidden_size', 'num_experts', 'num_experts_per_tok'],
    ...['window_size', 'in_features', 'out_features', 'rank'],
  ],
  'heads-not-divisible': ['num_kv_heads'],
  'hidden-size-not-divisible': ['hidden_size'],
  'parameter-count-mismatch': ['base_num_parameters'],
  'experts-per-token-exceed-experts': ['num_experts_per_tok'],
  'expert-layers-exceed-layers': ['moe_config'],
  'mamba-layers-do-not-add-up': ['mamba_config'],
  'hybrid-flag-mismatch': ['is_hybrid'],
  'window-exceeds-context': ['window_size'],
  'duplicate-linear-layer': ['linear_layers'],
  'linear-layers-exceed-parameters': ['linear_layers'],
  'gpus-out-of-order': ['minimum_gpus_all_weights', 'minimum_gpus_lora'],
  'minimum-gpus-too-low': ['minimum_gpus_all_weights', 'minimum_gpus_lora'],
  'unknown-precision': ['precision'],
  'embedding-model-that-chats': ['is_embedding_model'],
  'invalid-chat-template': ['chat_template'],
  'both-token-limits': ['max_tokens'],
  'temperature-above-documented': ['temperature'],
  'temperature-zero': ['temperature'],
  'unknown-placeholder': ['system_prompt_template'],
  'few-shot-examples-unused': ['icl_few_shot_examples'],
  'finetuned-without-base-model': ['finetuning_type'],
  'own-base-model': ['base_model'],
  'adapter-of-another-model': ['adapters'],
  'duplicate-adapter': ['adapters'],
  'lora-without-config': ['finetuning_type'],
  'lora-rank-too-large': ['adapters'],
  'updated-before-created': ['updated_at'],
  'inline-api-key': ['api_key'],
  'insecure-endpoint': ['url'],
  'trust-remote-code': ['trust_remote_code'],
}
