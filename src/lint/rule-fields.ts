/** Where each rule looks, and what it lets pass, so that most rules need not run on most documents. */

import { PRECISIONS } from '../schemas/precisions.js'
import type { ModelInput } from '../validation/index.js'
import { isCountCredible } from './dimension-parameters.js'

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

/** Whether a rule certainly finds nothing because of a field, from its value and the object that has it. */
export type LetsPass = (value: unknown, holder: Readonly<Record<string, unknown>>) => boolean

/**
 * What rules about fields that nearly every model has let pass. Where that is false, the rule runs. A rule that is not listed
 * runs wherever one of its fields is set.
 */
export const LETS_PASS: Readonly<Record<string, LetsPass>> = {
  'invalid-reference': (value) => isPlainReference(value),
  'name-not-accepted': (value) => isPlainReference(value) && !String(value).includes('/'),
  'unreachable-name': (value) => isPlainReference(value) && !String(value).includes('/'),
  'non-positive-dimension': (value) => typeof value === 'number' && value >= 1,
  'heads-not-divisible': (_, spec) => isMultiple(spec['num_attention_heads'], spec['num_kv_heads']),
  'hidden-size-not-divisible': (_, spec) => isMultiple(spec['hidden_size'], spec['num_attention_heads']),
  'parameter-count-mismatch': (_, spec) => isCountCredible(spec as ModelInput<'ModelSpec'>),
  'unknown-precision': (value) => typeof value === 'string' && PRECISIONS.includes(value),
}

/** References that all grammars allow, with a workspace or without. */
function isPlainReference(value: unknown): boolean {
  return typeof value === 'string' && PLAIN_REFERENCE.test(value)
}

const PLAIN_REFERENCE = /^(?:[a-z](?:-?[a-z0-9_.]){1,31}\/)?[a-z](?:-?[a-z0-9_.]){1,31}$/

function isMultiple(one: unknown, other: unknown): boolean {
  return typeof one === 'number' && typeof other === 'number' && one % other === 0
}
