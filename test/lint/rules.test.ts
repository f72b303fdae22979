import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { lint, RULES } from '../../src/lint/index.js'
import { isUnremarkable } from '../../src/lint/quick-lint.js'
import { is } from '../../src/validation/index.js'
import { ADAPTER, adapters, endpoint, entity, inference, MAMBA, MOE, prompt, request, SPEC, spec } from './clean.js'

/** What a rule says of a value: the places, dots between the steps; none when it is silent. */
type Case = readonly [title: string, value: Record<string, unknown>, places: readonly string[]]

const params = (value: number) => spec({ base_num_parameters: value })
const large = (fields: Record<string, unknown>) =>
  spec({
    num_layers: 80,
    hidden_size: 8192,
    num_attention_heads: 64,
    ffn_hidden_size: 28672,
    base_num_parameters: 70_553_706_496,
    ...fields,
  })
const layers = (...list: readonly (readonly [string, number, number])[]) =>
  list.map(([name, in_features, out_features]) => ({ name, in_features, out_features }))

const LLAMA_PARAMETERS = 8_029_995_008 // 2·vocab·h + 32·(2h² + 2h·(h/32)·8) + 32·3·h·ffn, without the norms

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'unknown-field': [
    ['a misspelt field', request({ fileste: 'a' }), ['fileste']],
    [
      'fields at every depth',
      spec({ moe_config: { ...MOE, experts: 8 }, x: 1 }),
      ['spec.x', 'spec.moe_config.experts'],
    ],
    [
      'fields of list items',
      spec({ linear_layers: [{ name: 'a', in_features: 1, out_features: 1, b: 1 }] }),
      ['spec.linear_layers.0.b'],
    ],
    [
      'prototype keys as the data they are',
      JSON.parse('{"name":"ab","__proto__":1,"constructor":2}'),
      ['__proto__', 'constructor'],
    ],
    ['a field in the wrong case', request({ Name: 'a' }), ['Name']],
    [
      'nothing inside free fields',
      request({ custom_fields: { a: { b: 1 } }, ownership: JSON.parse('{"__proto__":1}') }),
      [],
    ],
    ['nothing of extra inference parameters', inference({ min_p: 0.1, extra: { deep: 1 } }), []],
    ['unknown fields of a document with errors', { fileste: 'a' }, ['fileste']],
    ['a field of the entity on a request', request({ workspace: 'team' }), ['workspace']],
  ],
  'coerced-value': [
    ['a number as text', spec({ num_layers: '32' }), ['spec.num_layers']],
    ['a boolean for an integer', spec({ minimum_gpus_lora: true }), ['spec.minimum_gpus_lora']],
    ['a word for a boolean', request({ trust_remote_code: 'no' }), ['trust_remote_code']],
    ['a number for a boolean', spec({ tied_embeddings: 0 }), ['spec.tied_embeddings']],
    [
      'text and boolean for a number',
      inference({ temperature: '0.5', top_p: true }),
      ['prompt.inference_params.temperature', 'prompt.inference_params.top_p'],
    ],
    [
      'a timestamp for a datetime',
      entity({ created_at: 1705311000, updated_at: 1705311000 }),
      ['created_at', 'updated_at'],
    ],
    ['not a timestamp as text', entity({ created_at: '1705311000', updated_at: '1705311000' }), []],
    ['not an integer for a number', inference({ temperature: 1 }), []],
    ['not a URL as text', endpoint({ url: 'https://example.com' }), []],
    ['not an integer without its spelling', spec({ num_layers: 32.0 }), []],
    ['nothing in free fields', request({ custom_fields: { a: '1', b: true } }), []],
    ['nothing of extra inference parameters', inference({ min_p: '0.1' }), []],
  ],
  'invalid-reference': [
    ['a base model in capitals', request({ base_model: 'Llama' }), ['base_model']],
    ['a base model with blanks', request({ base_model: ' llama' }), ['base_model']],
    ['an empty base model', request({ base_model: '' }), ['base_model']],
    ['a fileset of three parts', request({ fileset: 'a/b/c' }), ['fileset']],
    ['a fileset with another scheme', request({ fileset: 's3://bucket' }), ['fileset']],
    ['a fileset with blanks inside', request({ fileset: 'my team/files' }), ['fileset']],
    [
      'each bad provider',
      request({ model_providers: ['a/b', 'a', 'a/b/c', ''] }),
      ['model_providers.1', 'model_providers.2', 'model_providers.3'],
    ],
    ['the fileset of an adapter', adapters({}, { fileset: 'a//b' }), ['adapters.1.fileset']],
    [
      'a tool call plugin',
      spec({ tool_call_config: { tool_call_plugin: '/x' } }),
      ['spec.tool_call_config.tool_call_plugin'],
    ],
    ['a scheme, which the create route refuses', request({ fileset: 'fileset://team/files' }), ['fileset']],
    ['blanks around, in front', request({ fileset: ' team/files' }), ['fileset']],
    ['blanks around, behind', request({ fileset: 'team/files\u0085' }), ['fileset']],
    ['not a fileset of an entity with blanks around and a scheme', entity({ fileset: ' fileset://Team/Files ' }), []],
    ['not null', request({ base_model: null, fileset: null, model_providers: null }), []],
    ['not a base model in another workspace', request({ base_model: 'team/llama-3@v1' }), []],
  ],
  'name-not-accepted': [
    ['capitals', request({ name: 'Llama' }), ['name']],
    ['a letter beyond ASCII', request({ name: 'modèle' }), ['name']],
    ['dots', request({ name: '..' }), ['name']],
    ['64 characters', request({ name: 'a'.repeat(64) }), ['name']],
    ['not 63 characters', request({ name: 'a'.repeat(63) }), []],
    ['not of an entity', entity({ name: 'Llama' }), []],
  ],
  'unreachable-name': [
    ['capitals', entity({ name: 'Llama' }), ['name']],
    ['one character', entity({ name: 'a' }), ['name']],
    ['two hyphens in a row', entity({ name: 'a--b' }), ['name']],
    ['64 characters', entity({ name: 'a'.repeat(64) }), ['name']],
    ['not 63 characters', entity({ name: 'a'.repeat(63) }), []],
    ['not of a request', request({ name: 'Llama' }), []],
    ['not the name of an adapter', adapters({ name: 'Medical' }), []],
  ],
  'non-positive-dimension': [
    [
      'each field below 1',
      spec({ num_layers: 0, hidden_size: -1, vocab_size: 0, base_num_parameters: 0, context_size: 0 }),
      ['spec.num_layers', 'spec.hidden_size', 'spec.vocab_size', 'spec.base_num_parameters', 'spec.context_size'],
    ],
    [
      'attention without Mamba',
      spec({ num_attention_heads: 0, num_kv_heads: 0, ffn_hidden_size: 0 }),
      ['spec.num_attention_heads', 'spec.num_kv_heads', 'spec.ffn_hidden_size'],
    ],
    [
      'not attention with Mamba',
      spec({ num_attention_heads: 0, num_kv_heads: 0, ffn_hidden_size: 0, mamba_config: MAMBA }),
      [],
    ],
    [
      'experts',
      spec({ moe_config: { num_experts: 0, num_experts_per_tok: 0, num_expert_layers: 0 } }),
      ['spec.moe_config.num_experts', 'spec.moe_config.num_experts_per_tok'],
    ],
    ['a window', spec({ sliding_window_config: { window_size: 0 } }), ['spec.sliding_window_config.window_size']],
    [
      'linear layers',
      spec({ linear_layers: layers(['a', 0, 1], ['b', 1, -1]) }),
      ['spec.linear_layers.0.in_features', 'spec.linear_layers.1.out_features'],
    ],
    ['a rank', adapters({ lora_config: { rank: 0 } }), ['adapters.0.lora_config.rank']],
    ['not null', spec({ context_size: null }), []],
    [
      'not other counts',
      spec({ num_virtual_tokens: 0, moe_config: { ...MOE, num_shared_experts: 0, expert_ffn_size: 0 } }),
      [],
    ],
  ],
  'heads-not-divisible': [
    ['5 of 32', spec({ num_kv_heads: 5 }), ['spec.num_kv_heads']],
    ['more than there are', spec({ num_kv_heads: 64 }), ['spec.num_kv_heads']],
    ['not none', spec({ num_kv_heads: 0 }), []],
    ['not all', spec({ num_kv_heads: 32 }), []],
  ],
  'hidden-size-not-divisible': [
    ['not a negative hidden size', spec({ hidden_size: -3, num_attention_heads: 2 }), []],
    ['not negative heads', spec({ hidden_size: 3, num_attention_heads: -2 }), []],
    ['24 of 4096', spec({ num_attention_heads: 24 }), ['spec.num_attention_heads']],
    ['not none', spec({ num_attention_heads: 0 }), []],
    ['not a hidden size of 0', spec({ hidden_size: 0 }), []],
  ],
  'parameter-count-mismatch': [
    ['below half', params(LLAMA_PARAMETERS / 2 - 1), ['spec.base_num_parameters']],
    ['not half', params(LLAMA_PARAMETERS / 2), []],
    ['not two and a half times', params(LLAMA_PARAMETERS * 2.5), []],
    ['above two and a half times', params(LLAMA_PARAMETERS * 2.5 + 1), ['spec.base_num_parameters']],
    ['not without a dimension', spec({ base_num_parameters: 1, ffn_hidden_size: 0 }), []],
    ['not without a count', params(0), []],
    [
      'a Mamba model without heads',
      spec({ base_num_parameters: 1, num_attention_heads: 0, mamba_config: MAMBA }),
      ['spec.base_num_parameters'],
    ],
    ['not Mixtral 8x7B', spec({ vocab_size: 32000, moe_config: MOE, base_num_parameters: 46702792704 }), []],
  ],
  'experts-per-token-exceed-experts': [
    ['9 of 8', spec({ moe_config: { ...MOE, num_experts_per_tok: 9 } }), ['spec.moe_config.num_experts_per_tok']],
    ['not 8 of 8', spec({ moe_config: { ...MOE, num_experts_per_tok: 8 } }), []],
  ],
  'expert-layers-exceed-layers': [
    ['33 of 32', spec({ moe_config: { ...MOE, num_expert_layers: 33 } }), ['spec.moe_config.num_expert_layers']],
    ['not 32 of 32', spec({ moe_config: MOE }), []],
  ],
  'mamba-layers-do-not-add-up': [
    ['more than all', spec({ mamba_config: { ...MAMBA, num_mlp_layers: 1 } }), ['spec.mamba_config.num_mamba_layers']],
    [
      'fewer in a hybrid',
      spec({ mamba_config: { ...MAMBA, num_attention_layers: 3 } }),
      ['spec.mamba_config.num_mamba_layers'],
    ],
    ['not fewer without one', spec({ mamba_config: { is_hybrid: false, num_mamba_layers: 31 } }), []],
    [
      'more without one',
      spec({ mamba_config: { is_hybrid: false, num_mamba_layers: 33 } }),
      ['spec.mamba_config.num_mamba_layers'],
    ],
    ['not the right sum', spec({ mamba_config: MAMBA }), []],
  ],
  'hybrid-flag-mismatch': [
    [
      'a hybrid without attention',
      spec({ mamba_config: { is_hybrid: true, num_mamba_layers: 32 } }),
      ['spec.mamba_config.is_hybrid'],
    ],
    ['both without the flag', spec({ mamba_config: { ...MAMBA, is_hybrid: false } }), ['spec.mamba_config.is_hybrid']],
    ['not a hybrid of both', spec({ mamba_config: MAMBA }), []],
    ['not Mamba alone', spec({ mamba_config: { is_hybrid: false, num_mamba_layers: 32 } }), []],
    [
      'not attention alone',
      spec({ mamba_config: { is_hybrid: false, num_mamba_layers: 0, num_attention_layers: 32 } }),
      [],
    ],
  ],
  'window-exceeds-context': [
    [
      'above',
      spec({ context_size: 4096, sliding_window_config: { window_size: 4097 } }),
      ['spec.sliding_window_config.window_size'],
    ],
    ['not equal', spec({ context_size: 4096, sliding_window_config: { window_size: 4096 } }), []],
    ['not without a context', spec({ context_size: null, sliding_window_config: { window_size: 4096 } }), []],
  ],
  'duplicate-linear-layer': [
    [
      'every repeat',
      spec({ linear_layers: layers(['a', 1, 1], ['b', 1, 1], ['a', 2, 2], ['a', 1, 1]) }),
      ['spec.linear_layers.2.name', 'spec.linear_layers.3.name'],
    ],
    [
      'not another case',
      spec({ linear_layers: layers(['a', 1, 1], ['A', 1, 1], ['__proto__', 1, 1], ['constructor', 1, 1]) }),
      [],
    ],
  ],
  'linear-layers-exceed-parameters': [
    [
      'layers of which only one counts',
      spec({
        base_num_parameters: 11,
        linear_layers: layers(['a', 4, 3], ['b', -5, -5], ['c', -9, 2], ['d', 2, -9], ['e', 0, 7]),
      }),
      ['spec.base_num_parameters'],
    ],
    [
      'not layers without a positive size',
      spec({ base_num_parameters: 1, num_layers: 0, linear_layers: layers(['b', -5, -5], ['c', 5, 0], ['d', 0, 5]) }),
      [],
    ],
    [
      'more',
      spec({ base_num_parameters: 99, linear_layers: layers(['a', 5, 10], ['b', 5, 10]) }),
      ['spec.base_num_parameters'],
    ],
    ['not as many', spec({ base_num_parameters: 100, linear_layers: layers(['a', 5, 10], ['b', 5, 10]) }), []],
    [
      'not two negative ones',
      spec({ base_num_parameters: 99, linear_layers: layers(['a', -50, -50], ['b', 5, 10]) }),
      [],
    ],
    ['not none', spec({ base_num_parameters: -1, linear_layers: [] }), []],
  ],
  'gpus-out-of-order': [
    [
      'each below 1',
      spec({ minimum_gpus_all_weights: 0, minimum_gpus_lora: -1 }),
      ['spec.minimum_gpus_all_weights', 'spec.minimum_gpus_lora'],
    ],
    [
      'only the one below 1',
      spec({ minimum_gpus_all_weights: 0, minimum_gpus_lora: 4 }),
      ['spec.minimum_gpus_all_weights'],
    ],
    ['LoRA above all weights', spec({ minimum_gpus_all_weights: 2, minimum_gpus_lora: 4 }), ['spec.minimum_gpus_lora']],
    ['not as many', spec({ minimum_gpus_all_weights: 2, minimum_gpus_lora: 2 }), []],
    ['not one alone', spec({ minimum_gpus_lora: 4 }), []],
  ],
  'minimum-gpus-too-low': [
    [
      'each below what the weights take',
      large({ minimum_gpus_all_weights: 6, minimum_gpus_lora: 1 }),
      ['spec.minimum_gpus_all_weights', 'spec.minimum_gpus_lora'],
    ],
    [
      'only the one that is',
      large({ minimum_gpus_all_weights: 6, minimum_gpus_lora: 2 }),
      ['spec.minimum_gpus_all_weights'],
    ],
    ['one that stands alone', large({ minimum_gpus_lora: 1 }), ['spec.minimum_gpus_lora']],
    ['not what is enough', large({ minimum_gpus_all_weights: 7, minimum_gpus_lora: 2 }), []],
    ['not more', large({ minimum_gpus_all_weights: 512, minimum_gpus_lora: 64 }), []],
    ['not of minimums that contradict each other', large({ minimum_gpus_all_weights: 1, minimum_gpus_lora: 4 }), []],
    ['not of minimums below 1', large({ minimum_gpus_all_weights: 1, minimum_gpus_lora: 0 }), []],
    [
      'not of a count that its dimensions contradict',
      spec({ base_num_parameters: 70_553_706_496, minimum_gpus_all_weights: 1 }),
      [],
    ],
  ],
  'unknown-precision': [
    ['a misspelt precision', spec({ precision: 'bfloat61' }), ['spec.precision']],
    ['another name', spec({ precision: 'half' }), ['spec.precision']],
    ['another case', spec({ precision: 'BF16' }), ['spec.precision']],
    ['an empty one', spec({ precision: '' }), ['spec.precision']],
    ...['float8_e4m3fn', 'nvfp4', 'uint4', 'int64', 'fp8'].map(
      (precision): Case => [`not ${precision}`, spec({ precision }), []],
    ),
    ['uint16', spec({ precision: 'uint16' }), ['spec.precision']],
  ],
  'embedding-model-that-chats': [
    ['both', spec({ is_embedding_model: true, is_chat: true }), ['spec.is_embedding_model']],
    ['both, coerced', spec({ is_embedding_model: 'yes', is_chat: 1 }), ['spec.is_embedding_model']],
    ['not one', spec({ is_embedding_model: true }), []],
  ],
  'invalid-chat-template': [
    ['an open block', spec({ chat_template: '{% if a %}' }), ['spec.chat_template']],
    ['not a generation block', spec({ chat_template: '{% generation %}{{ a }}{% endgeneration %}' }), []],
    ['not an empty one', spec({ chat_template: '' }), []],
  ],
  'both-token-limits': [
    [
      'both, of an entity',
      entity({ prompt: { inference_params: { max_tokens: 1, max_completion_tokens: 1 } } }),
      ['prompt.inference_params.max_tokens'],
    ],
    ['not one and null', entity({ prompt: { inference_params: { max_tokens: 1, max_completion_tokens: null } } }), []],
    ['not both of a request, which is an error', inference({ max_tokens: 1, max_completion_tokens: 1 }), []],
  ],
  'temperature-above-documented': [
    ['1.01', inference({ temperature: 1.01 }), ['prompt.inference_params.temperature']],
    ['not 1', inference({ temperature: 1 }), []],
  ],
  'temperature-zero': [
    ['0', inference({ temperature: 0 }), ['prompt.inference_params.temperature']],
    ['0 as text', inference({ temperature: '0.0' }), ['prompt.inference_params.temperature']],
    ['-0', inference({ temperature: -0 }), ['prompt.inference_params.temperature']],
    ['not null', inference({ temperature: null }), []],
    ['not 0.01', inference({ temperature: 0.01 }), []],
  ],
  'unknown-placeholder': [
    [
      'each distinct name',
      prompt({ system_prompt_template: '{{a}} {{ a }} {{b}} {{icl_few_shot_examples}}' }),
      ['prompt.system_prompt_template', 'prompt.system_prompt_template'],
    ],
    ['not the known one with blanks', prompt({ system_prompt_template: '{{  icl_few_shot_examples\n}}' }), []],
    ['not single braces', prompt({ system_prompt_template: '{a} {{ }' }), []],
    ['an empty one', prompt({ system_prompt_template: '{{}}' }), ['prompt.system_prompt_template']],
    ['not another field', prompt({ system_prompt: '{{a}}' }), []],
  ],
  'few-shot-examples-unused': [
    ['no place', prompt({ icl_few_shot_examples: 'x', system_prompt_template: 'y' }), ['prompt.icl_few_shot_examples']],
    ['not without a template', prompt({ icl_few_shot_examples: 'x' }), []],
    ['not with an empty template', prompt({ icl_few_shot_examples: 'x', system_prompt_template: '' }), []],
    ['not without examples', prompt({ icl_few_shot_examples: '', system_prompt_template: 'y' }), []],
    [
      'not with a place',
      prompt({ icl_few_shot_examples: 'x', system_prompt_template: '{{ icl_few_shot_examples }}' }),
      [],
    ],
  ],
  'finetuned-without-base-model': [
    ['no base model', request({ finetuning_type: 'lora_merged' }), ['finetuning_type']],
    ['an empty base model', request({ finetuning_type: 'lora_merged', base_model: '' }), ['finetuning_type']],
    ['not with one', request({ finetuning_type: 'dpo', base_model: 'llama' }), []],
    ['not for an adapter', adapters({ finetuning_type: 'lora' }), []],
  ],
  'own-base-model': [
    ['bare, on a request', request({ base_model: 'llama-3.1-8b' }), ['base_model']],
    ['not with a workspace, on a request', request({ base_model: 'team/llama-3.1-8b' }), []],
    ['bare', entity({ base_model: 'llama-3.1-8b' }), ['base_model']],
    ['with its workspace', entity({ base_model: 'team/llama-3.1-8b' }), ['base_model']],
    ['not with another workspace', entity({ base_model: 'other/llama-3.1-8b' }), []],
    ['not another name', entity({ base_model: 'llama-3.1-8' }), []],
  ],
  'adapter-of-another-model': [
    ['another name', adapters({ model: 'llama' }), ['adapters.0.model']],
    ['another workspace', adapters({}, { model: 'other/llama-3.1-8b' }), ['adapters.1.model']],
    ['not a bare one of its workspace', adapters({ model: 'llama-3.1-8b' }), []],
    ['not its full name', adapters({ model: 'team/llama-3.1-8b' }), []],
    ['not null', adapters({ model: null }), []],
    ['not by the workspace of the adapter', adapters({ workspace: 'other', model: 'llama-3.1-8b' }), []],
  ],
  'duplicate-adapter': [
    ['every repeat', adapters({}, {}, {}), ['adapters.1.name', 'adapters.2.name']],
    ['not in another workspace', adapters({}, { workspace: 'other' }), []],
  ],
  'lora-without-config': [
    ...['lora', 'qlora', 'dora', 'adalora', 'lora_plus', 'lora_merged'].map(
      (finetuning_type): Case => [
        finetuning_type,
        adapters({ finetuning_type, lora_config: null }),
        ['adapters.0.finetuning_type'],
      ],
    ),
    ['not another type', adapters({ finetuning_type: 'p_tuning', lora_config: null }), []],
    ['not the entity', entity({ finetuning_type: 'lora' }), []],
  ],
  'lora-rank-too-large': [
    [
      'a rank above the smaller side, of either kind',
      {
        ...adapters({ lora_config: { rank: 7, alpha: 16 } }, { lora_config: { rank: 6, alpha: 16 } }),
        spec: { ...SPEC, linear_layers: layers(['a', 6, 9], ['b', 8, 0], ['c', -1, 9]) },
      },
      ['adapters.0.lora_config.rank'],
    ],
    [
      'a rank above the smallest output',
      {
        ...adapters({ lora_config: { rank: 7, alpha: 16 } }),
        spec: { ...SPEC, linear_layers: layers(['a', 9, 6], ['b', 0, 8], ['c', 9, -1]) },
      },
      ['adapters.0.lora_config.rank'],
    ],
    [
      'above the hidden size',
      { ...adapters({ lora_config: { rank: 4097 } }), spec: SPEC },
      ['adapters.0.lora_config.rank'],
    ],
    ['not the hidden size', { ...adapters({ lora_config: { rank: 4096 } }), spec: SPEC }, []],
    [
      'above the smallest dimension',
      {
        ...adapters({ lora_config: { rank: 17 } }),
        spec: { ...SPEC, linear_layers: layers(['a', 16, 32], ['b', 0, 64], ['c', -1, 64]) },
      },
      ['adapters.0.lora_config.rank'],
    ],
    [
      'above the hidden size, when the list is empty',
      { ...adapters({ lora_config: { rank: 4097 } }), spec: { ...SPEC, linear_layers: [] } },
      ['adapters.0.lora_config.rank'],
    ],
    ['not without a spec', adapters({ lora_config: { rank: 100000 } }), []],
    ['not a hidden size of 0', { ...adapters({ lora_config: { rank: 8 } }), spec: { ...SPEC, hidden_size: 0 } }, []],
    [
      'not a negative hidden size',
      { ...adapters({ lora_config: { rank: 8 } }), spec: { ...SPEC, hidden_size: -1 } },
      [],
    ],
  ],
  'updated-before-created': [
    [
      'a microsecond',
      entity({ created_at: '2024-01-01T00:00:00.000002Z', updated_at: '2024-01-01T00:00:00.000001Z' }),
      ['updated_at'],
    ],
    ['not equal', entity({ created_at: '2024-01-01T00:00:00Z', updated_at: '2024-01-01T00:00:00' }), []],
    [
      'across offsets',
      entity({ created_at: '2024-01-01T00:00:00Z', updated_at: '2024-01-01T01:00:00+02:00' }),
      ['updated_at'],
    ],
    ['not across offsets', entity({ created_at: '2024-01-01T00:00:00+02:00', updated_at: '2023-12-31T23:00:00' }), []],
    ['timestamps', entity({ created_at: 1705311001, updated_at: 1705311000 }), ['updated_at']],
    [
      'years before 100',
      entity({ created_at: '0099-01-01T00:00:00Z', updated_at: '0098-01-01T00:00:00Z' }),
      ['updated_at'],
    ],
    [
      'adapters',
      adapters({ created_at: '2024-01-02T00:00:00Z', updated_at: '2024-01-01T00:00:00Z' }),
      ['adapters.0.updated_at'],
    ],
    ['not half a pair', adapters({ updated_at: '2024-01-01T00:00:00Z' }), []],
  ],
  'inline-api-key': [
    ['written out', endpoint({ api_key: 'sk-abc' }), ['api_endpoint.api_key']],
    ['a part of it', endpoint({ api_key: `sk-${'$'}{KEY}` }), ['api_endpoint.api_key']],
    ['two of them', endpoint({ api_key: `${'$'}{A}${'$'}{B}` }), ['api_endpoint.api_key']],
    ['without braces', endpoint({ api_key: '$KEY' }), ['api_endpoint.api_key']],
    ['with nothing inside', endpoint({ api_key: '{{ }}' }), ['api_endpoint.api_key']],
    ['with a key as default', endpoint({ api_key: `${'$'}{KEY:-sk-abc}` }), ['api_endpoint.api_key']],
    ['not a variable', endpoint({ api_key: `${'$'}{API_KEY}` }), []],
    ['not a template', endpoint({ api_key: '{{ secrets.key }}' }), []],
    ['not empty', endpoint({ api_key: '' }), []],
  ],
  'inline-secret': [
    [
      'a key in free data, where no other rule reports it',
      request({ custom_fields: { api_endpoint: { api_key: `ghp_${'0123456789abcdefghijklmnopqrstuvwxyz'}` } } }),
      ['custom_fields.api_endpoint.api_key'],
    ],
    [
      'a token inside a text',
      request({ description: `use ghp_${'0123456789abcdefghijklmnopqrstuvwxyz'} here` }),
      ['description'],
    ],
    [
      'a key of free data',
      request({ custom_fields: { [`hf_${'AbCdEfGhIjKlMnOpQrStUvWxYz01234567'}`]: 1 } }),
      [`custom_fields.hf_${'AbCdEfGhIjKlMnOpQrStUvWxYz01234567'}`],
    ],
    [
      'text in lists of free data',
      request({ ownership: { notes: ['ok', 'AKIAIOSFODNN7EXAMPLE'] } }),
      ['ownership.notes.1'],
    ],
    [
      'a key of another vendor',
      request({ description: `sk-proj-${'abcdefghij0123456789ABCDEFGHIJ'}` }),
      ['description'],
    ],
    [
      'a private key',
      request({ description: '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----' }),
      ['description'],
    ],
    [
      'not the API key of the endpoint, which another rule reports',
      endpoint({ api_key: `nvapi-${'0123456789abcdefghijABCDEFGHIJ'}` }),
      [],
    ],
    ['not a placeholder', request({ description: `hf_${'x'.repeat(34)}` }), []],
    ['not a word that only begins like one', request({ description: 'sk-learn, hf_hub and npm_config are fine' }), []],
  ],
  'insecure-endpoint': [
    ['http', endpoint({ url: 'http://example.com/v1' }), ['api_endpoint.url']],
    ['HTTP', endpoint({ url: 'HTTP://10.0.0.1' }), ['api_endpoint.url']],
    ['a host that only begins so', endpoint({ url: 'http://localhost.example.com' }), ['api_endpoint.url']],
    ['a host that only ends so', endpoint({ url: 'http://notlocalhost' }), ['api_endpoint.url']],
    ['another 127', endpoint({ url: 'http://128.0.0.1' }), ['api_endpoint.url']],
    ...['localhost:8000', 'api.localhost', '127.0.0.1', '127.255.0.9:1', '[::1]:80', 'LOCALHOST', '127.1'].map(
      (host): Case => [`not ${host}`, endpoint({ url: `http://${host}` }), []],
    ),
    ['not https', endpoint({ url: 'https://example.com' }), []],
    ['not another scheme', endpoint({ url: 'ws://example.com' }), []],
  ],
  'trust-remote-code': [
    ['true', request({ trust_remote_code: true }), ['trust_remote_code']],
    ['true, coerced', entity({ trust_remote_code: 'on' }), ['trust_remote_code']],
    ['not false', request({ trust_remote_code: false }), []],
  ],
}

const RECORD = new URL('../fixtures/lint-findings.json', import.meta.url)

// Each rule as the page and the output have it, and what it says in each of the cases. With `RECORD_FINDINGS=1` it is recorded again: read what changes.
it('says what is recorded, of every case', () => {
  const said = RULES.map(({ code, severity, description }) => {
    const cases = (CASES[code] ?? []).map(([title, value]) => {
      const model = 'id' in value ? 'ModelEntity' : 'CreateModelEntityRequest'
      const findings = lint(model, value).filter((finding) => finding.code === code)
      return [title, findings.map(({ loc, message, help }) => [loc.join('.'), message, help])]
    })
    return [code, { severity, description, ...Object.fromEntries(cases.filter(([, findings]) => findings?.length)) }]
  })
  const text = `${JSON.stringify(Object.fromEntries(said), null, 2)}\n`
  if (process.env['RECORD_FINDINGS']) writeFileSync(RECORD, text)
  expect(text).toBe(readFileSync(RECORD, 'utf8'))
})

describe.each(RULES.map(({ code, severity }) => ({ code, severity })))('$code', ({ code, severity }) => {
  it.each(CASES[code] ?? [])('tells of %s', (_, value, places) => {
    const model = 'id' in value ? 'ModelEntity' : 'CreateModelEntityRequest'
    const findings = lint(model, value).filter((finding) => finding.code === code)
    expect(findings.map(({ loc }) => loc.join('.'))).toEqual(places)
    for (const finding of findings) {
      const isOfKey = code === 'unknown-field' || places[0]?.includes('hf_')
      expect(finding).toMatchObject({ severity, at: isOfKey ? 'key' : 'value' })
      expect(finding.message).not.toBe('')
      expect(finding.help).not.toBe('')
    }
  })

  it('is not passed over by the check that saves time, whatever field it is about', () => {
    const alone = { rules: [], isOff: (other: string) => other !== code, minimumGpus: () => ({}) }
    for (const [title, value, places] of CASES[code] ?? []) {
      const model = 'id' in value ? 'ModelEntity' : 'CreateModelEntityRequest'
      if (places.length === 0 || !is(model, value)) continue
      expect(isUnremarkable(model, value, alone), title).toBe(false)
    }
  })

  it('has cases where it speaks and, but for unknown fields, where it is silent', () => {
    const speaks = (CASES[code] ?? []).map(([, , places]) => places.length > 0)
    expect(speaks).toContain(true)
    expect(speaks).toContain(false)
  })
})

describe('a document that nothing is wrong with', () => {
  it.each([
    [
      'a request',
      'CreateModelEntityRequest',
      spec({ moe_config: null, minimum_gpus_all_weights: 8, minimum_gpus_lora: 1 }),
    ],
    ['an entity', 'ModelEntity', { ...adapters({ model: 'llama-3.1-8b' }), spec: SPEC }],
    ['an adapter alone', 'Adapter', ADAPTER],
  ] as const)('%s has no findings', (_, model, value) => {
    expect(lint(model, value)).toEqual([])
  })
})
