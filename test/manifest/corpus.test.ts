import { describe, expect, it } from 'vitest'
import { checkManifest } from '../../src/manifest/index.js'
import { unmarked } from './marked.js'

/**
 * What, the manifest with each expected place marked ⟦…⟧, and for each mark what is told there: `code loc`, several in the
 * order of their codes with `; ` between. Without marks nothing is told. The last is the file, where it is not YAML.
 */
type Case = readonly [what: string, marked: string, told?: readonly string[], file?: string]

const SPEC: Readonly<Record<string, string>> = {
  checkpoint_model_name: 'm',
  family: 'f',
  num_layers: '2',
  hidden_size: '64',
  num_attention_heads: '4',
  num_kv_heads: '4',
  ffn_hidden_size: '256',
  vocab_size: '1000',
  tied_embeddings: 'true',
  gated_mlp: 'false',
  base_num_parameters: '162304', // 1000·64 + 2·(2·64² + 2·64·16·4) + 2·2·64·256
  precision: 'bfloat16',
}

/** A request with a spec that no rule has anything to say of, but for the lines given. */
function spec(...lines: readonly string[]): string {
  const given = new Set(lines.map((line) => line.replace('⟦', '').split(':')[0]))
  const rest = Object.entries(SPEC).filter(([key]) => !given.has(key))
  return [
    'name: ab',
    'spec:',
    ...[...rest.map(([key, value]) => `${key}: ${value}`), ...lines].map((line) => `  ${line}`),
    '',
  ].join('\n')
}

const ENTITY = 'id: e\nname: ab\nworkspace: team\ncreated_at: 2026-01-01T00:00:00Z\nupdated_at: 2026-01-01T00:00:00Z\n'

function adapter(...lines: readonly string[]): string {
  const rest = ['name: x', 'workspace: team', 'fileset: team/x', 'finetuning_type: p_tuning'].filter(
    (line) => !lines.some((one) => one.replace('⟦', '').split(':')[0] === line.split(':')[0]),
  )
  return `  - ${[...rest, ...lines].join('\n    ')}\n`
}

const entity = (...lines: readonly string[]) => `${ENTITY}${lines.join('\n')}\n`
const adapters = (...list: readonly string[]) => `${ENTITY}adapters:\n${list.join('')}`
const prompt = (...lines: readonly string[]) => `name: ab\nprompt:\n  ${lines.join('\n  ')}\n`
const inference = (...lines: readonly string[]) => prompt('inference_params:', ...lines.map((line) => `  ${line}`))
const endpoint = (...lines: readonly string[]) => `name: ab\napi_endpoint:\n  ${lines.join('\n  ')}\n`
const mamba = (config: string, ...lines: readonly string[]) =>
  spec('num_layers: 4', 'base_num_parameters: 300000', `mamba_config: ${config}`, ...lines)
const moe = (config: string, ...lines: readonly string[]) => spec(`moe_config: ${config}`, ...lines)

const RULES: Readonly<Record<string, readonly Case[]>> = {
  'unknown-field': [
    ['at the top', 'name: ab\n⟦fileste⟧: x\n', ['unknown-field fileste']],
    ['in a part', spec('⟦num_layer⟧: 2'), ['unknown-field spec.num_layer']],
    [
      'in a list',
      spec('linear_layers:', '  - {name: q, in_features: 1, out_features: 1, ⟦bias⟧: true}'),
      ['unknown-field spec.linear_layers.0.bias'],
    ],
    ['in an adapter', adapters(adapter('⟦rank⟧: 8')), ['unknown-field adapters.0.rank']],
    ['quotes and all', 'name: ab\n⟦"name "⟧: x\n', ['unknown-field name ']],
    ['of the entity on a request', 'name: ab\n⟦workspace⟧: team\n', ['unknown-field workspace']],
    ['beside an error', 'name: ⟦5⟧\n⟦nam⟧: x\n', ['string_type name', 'unknown-field nam']],
    ['__proto__', 'name: ab\n⟦__proto__⟧: {a: 1}\n', ['unknown-field __proto__']],
    ['the empty key', 'name: ab\n⟦""⟧: 1\n', ['unknown-field ']],
    ['not in free fields', 'name: ab\ncustom_fields: {a: {b: 1}, __proto__: {c: 1}}\nownership: {constructor: 1}\n'],
    ['not an extra inference parameter', inference('min_p: 0.1', 'stop: [a]')],
    [
      'where a merge key brings it in',
      'name: ab\nownership: &o {⟦top⟧: 1}\napi_endpoint:\n  <<: *o\n',
      ['unknown-field api_endpoint.top'],
    ],
  ],
  'coerced-value': [
    ['a text for an integer', spec('num_layers: ⟦"2"⟧'), ['coerced-value spec.num_layers']],
    ['true for an integer', spec('minimum_gpus_lora: ⟦true⟧'), ['coerced-value spec.minimum_gpus_lora']],
    ['yes for a boolean', spec('is_chat: ⟦yes⟧'), ['coerced-value spec.is_chat']],
    ['1 for a boolean', spec('is_chat: ⟦1⟧'), ['coerced-value spec.is_chat']],
    ['a fraction', spec('num_layers: ⟦2.0⟧'), ['coerced-value spec.num_layers']],
    ['an exponent', spec('num_layers: ⟦2.0e+0⟧'), ['coerced-value spec.num_layers']],
    [
      'a fraction in JSON',
      '{"name": "ab", "prompt": {"inference_params": {"max_tokens": ⟦8.0⟧}}}',
      ['coerced-value prompt.inference_params.max_tokens'],
      'm.json',
    ],
    [
      'an exponent in JSON',
      '{"name": "ab", "prompt": {"inference_params": {"max_tokens": ⟦8E0⟧}}}',
      ['coerced-value prompt.inference_params.max_tokens'],
      'm.json',
    ],
    ['a text for a number', inference('temperature: ⟦"0.5"⟧'), ['coerced-value prompt.inference_params.temperature']],
    [
      'a timestamp',
      'id: e\nname: ab\nworkspace: w\ncreated_at: ⟦1767225600⟧\nupdated_at: 2026-01-01T00:00:00Z\n',
      ['coerced-value created_at'],
    ],
    ['not an integer for a number', inference('temperature: 1')],
    ['not a fraction for a number', inference('temperature: 1.0')],
    ['not a timestamp as text', 'id: e\nname: ab\nworkspace: w\ncreated_at: "1767225600"\nupdated_at: "1767225600"\n'],
    ['not a hexadecimal with an e', spec('context_size: 0x1e')],
    ['not a sign', spec('context_size: +8')],
    ['never in free fields', 'name: ab\ncustom_fields: {a: "1", b: 1.0}\nownership: {c: "yes"}\n'],
    ['never an extra inference parameter', inference('min_p: "0.1"')],
    ['not the boolean of the core schema', spec('is_chat: True')],
    [
      'an alias, at the alias',
      'name: ab\nownership: {a: &n "8"}\nprompt: {inference_params: {max_tokens: ⟦*n⟧}}\n',
      ['coerced-value prompt.inference_params.max_tokens'],
    ],
    ['not beside an error', spec('num_layers: "2"', 'num_kv_heads: ⟦x⟧'), ['int_parsing spec.num_kv_heads']],
  ],
  'invalid-reference': [
    ['a base model in capitals', 'name: ab\nbase_model: ⟦Llama⟧\n', ['invalid-reference base_model']],
    ['a base model of one character', 'name: ab\nbase_model: ⟦a⟧\n', ['invalid-reference base_model']],
    ['a base model with two hyphens', 'name: ab\nbase_model: ⟦a--b⟧\n', ['invalid-reference base_model']],
    ['a base model with a hyphen at the end', 'name: ab\nbase_model: ⟦ab-⟧\n', ['invalid-reference base_model']],
    ['not a base model with all marks', 'name: ab\nbase_model: team/a@.+_-b\n'],
    ['a fileset of three parts', 'name: ab\nfileset: ⟦a/b/c⟧\n', ['invalid-reference fileset']],
    ['a fileset with an empty part', 'name: ab\nfileset: ⟦a/⟧\n', ['invalid-reference fileset']],
    ['a scheme of a request', 'name: ab\nfileset: ⟦"fileset://team/x"⟧\n', ['invalid-reference fileset']],
    ['blanks of a request', 'name: ab\nfileset: ⟦" team/x"⟧\n', ['invalid-reference fileset']],
    ['not a fileset of an entity with its scheme and blanks', entity('fileset: " fileset://Team/x_1 "')],
    [
      'a provider without a workspace',
      'name: ab\nmodel_providers: [a/b, ⟦c⟧]\n',
      ['invalid-reference model_providers.1'],
    ],
    ['the fileset of an adapter', adapters(adapter('fileset: ⟦s3://b⟧')), ['invalid-reference adapters.0.fileset']],
    [
      'a tool call plugin',
      spec('tool_call_config: {tool_call_plugin: ⟦/x⟧}'),
      ['invalid-reference spec.tool_call_config.tool_call_plugin'],
    ],
    ['not null', 'name: ab\nbase_model: null\nfileset: ~\nmodel_providers:\n'],
  ],
  'name-not-accepted': [
    ['a capital', 'name: ⟦Ab⟧\n', ['name-not-accepted name']],
    ['one character', 'name: ⟦a⟧\n', ['name-not-accepted name']],
    ['64 characters', `name: ⟦${'a'.repeat(64)}⟧\n`, ['name-not-accepted name']],
    ['not 63 characters', `name: ${'a'.repeat(63)}\n`],
    ['a digit first', 'name: ⟦1b⟧\n', ['name-not-accepted name']],
    ['é, which is a letter', 'name: ⟦é⟧\n', ['name-not-accepted name']],
  ],
  'unreachable-name': [
    ['a capital of an entity', ENTITY.replace('name: ab', 'name: ⟦Ab⟧'), ['unreachable-name name']],
    ['a digit first', ENTITY.replace('name: ab', 'name: ⟦1b⟧'), ['unreachable-name name']],
    ['not 63 characters', ENTITY.replace('name: ab', `name: ${'a'.repeat(63)}`)],
    ['not the name of an adapter', adapters(adapter('name: X'))],
  ],
  'non-positive-dimension': [
    ['num_layers', spec('num_layers: ⟦0⟧'), ['non-positive-dimension spec.num_layers']],
    ['hidden_size', spec('hidden_size: ⟦-1⟧'), ['non-positive-dimension spec.hidden_size']],
    ['vocab_size', spec('vocab_size: ⟦0⟧'), ['non-positive-dimension spec.vocab_size']],
    ['base_num_parameters', spec('base_num_parameters: ⟦0⟧'), ['non-positive-dimension spec.base_num_parameters']],
    ['context_size', spec('context_size: ⟦0⟧'), ['non-positive-dimension spec.context_size']],
    ['heads without Mamba', spec('num_attention_heads: ⟦0⟧'), ['non-positive-dimension spec.num_attention_heads']],
    ['key-value heads without Mamba', spec('num_kv_heads: ⟦0⟧'), ['non-positive-dimension spec.num_kv_heads']],
    ['an FFN without Mamba', spec('ffn_hidden_size: ⟦0⟧'), ['non-positive-dimension spec.ffn_hidden_size']],
    [
      'not these three with Mamba',
      mamba(
        '{is_hybrid: false, num_mamba_layers: 4}',
        'num_attention_heads: 0',
        'num_kv_heads: 0',
        'ffn_hidden_size: 0',
      ),
    ],
    [
      'a window',
      spec('sliding_window_config: {window_size: ⟦0⟧}'),
      ['non-positive-dimension spec.sliding_window_config.window_size'],
    ],
    [
      'both sides of a linear layer',
      spec('linear_layers: [{name: q, in_features: ⟦0⟧, out_features: ⟦-4⟧}]'),
      [
        'non-positive-dimension spec.linear_layers.0.in_features',
        'non-positive-dimension spec.linear_layers.0.out_features',
      ],
    ],
    ['a rank', adapters(adapter('lora_config: {rank: ⟦0⟧}')), ['non-positive-dimension adapters.0.lora_config.rank']],
    [
      'experts',
      moe('{num_experts: ⟦0⟧, num_experts_per_tok: ⟦0⟧, num_expert_layers: 0}'),
      [
        'non-positive-dimension spec.moe_config.num_experts',
        'non-positive-dimension spec.moe_config.num_experts_per_tok',
      ],
    ],
    ['not virtual tokens or alpha', spec('num_virtual_tokens: 0')],
    ['not alpha', adapters(adapter('lora_config: {rank: 1, alpha: 0}'))],
  ],
  'heads-not-divisible': [
    ['3 of 4', spec('num_kv_heads: ⟦3⟧'), ['heads-not-divisible spec.num_kv_heads']],
    ['more than heads', spec('num_kv_heads: ⟦8⟧'), ['heads-not-divisible spec.num_kv_heads']],
    ['not 2 of 4', spec('num_kv_heads: 2')],
  ],
  'hidden-size-not-divisible': [
    [
      '5 of 64',
      spec('num_attention_heads: ⟦5⟧', 'num_kv_heads: 5'),
      ['hidden-size-not-divisible spec.num_attention_heads'],
    ],
    ['not 8 of 64', spec('num_attention_heads: 8')],
  ],
  'parameter-count-mismatch': [
    ['below half', spec('base_num_parameters: ⟦81151⟧'), ['parameter-count-mismatch spec.base_num_parameters']],
    ['not half', spec('base_num_parameters: 81152')],
    ['not two and a half times', spec('base_num_parameters: 405760')],
    [
      'above two and a half times',
      spec('base_num_parameters: ⟦405761⟧'),
      ['parameter-count-mismatch spec.base_num_parameters'],
    ],
    [
      'not where a dimension is not positive',
      spec('vocab_size: ⟦0⟧', 'base_num_parameters: 1'),
      ['non-positive-dimension spec.vocab_size'],
    ],
  ],
  'experts-per-token-exceed-experts': [
    [
      '3 of 2',
      moe('{num_experts: 2, num_experts_per_tok: ⟦3⟧, num_expert_layers: 1}'),
      ['experts-per-token-exceed-experts spec.moe_config.num_experts_per_tok'],
    ],
    ['not 2 of 2', moe('{num_experts: 2, num_experts_per_tok: 2, num_expert_layers: 1}')],
  ],
  'expert-layers-exceed-layers': [
    [
      '3 of 2',
      moe('{num_experts: 1, num_experts_per_tok: 1, num_expert_layers: ⟦3⟧}'),
      ['expert-layers-exceed-layers spec.moe_config.num_expert_layers'],
    ],
    ['not 2 of 2', moe('{num_experts: 1, num_experts_per_tok: 1, num_expert_layers: 2}')],
  ],
  'mamba-layers-do-not-add-up': [
    [
      'more',
      mamba('{is_hybrid: true, num_mamba_layers: ⟦3⟧, num_attention_layers: 2}'),
      ['mamba-layers-do-not-add-up spec.mamba_config.num_mamba_layers'],
    ],
    [
      'more with MLP layers',
      mamba('{is_hybrid: true, num_mamba_layers: ⟦2⟧, num_attention_layers: 2, num_mlp_layers: 1}'),
      ['mamba-layers-do-not-add-up spec.mamba_config.num_mamba_layers'],
    ],
    [
      'fewer of a hybrid',
      mamba('{is_hybrid: true, num_mamba_layers: ⟦2⟧, num_attention_layers: 1}'),
      ['mamba-layers-do-not-add-up spec.mamba_config.num_mamba_layers'],
    ],
    ['not fewer of another', mamba('{is_hybrid: false, num_mamba_layers: 2}')],
    [
      'more of another',
      mamba('{is_hybrid: false, num_mamba_layers: ⟦5⟧}'),
      ['mamba-layers-do-not-add-up spec.mamba_config.num_mamba_layers'],
    ],
    ['not as many', mamba('{is_hybrid: true, num_mamba_layers: 2, num_attention_layers: 1, num_mlp_layers: 1}')],
  ],
  'hybrid-flag-mismatch': [
    [
      'a hybrid without attention',
      mamba('{is_hybrid: ⟦true⟧, num_mamba_layers: 4}'),
      ['hybrid-flag-mismatch spec.mamba_config.is_hybrid'],
    ],
    [
      'no hybrid with both',
      mamba('{is_hybrid: ⟦false⟧, num_mamba_layers: 2, num_attention_layers: 2}'),
      ['hybrid-flag-mismatch spec.mamba_config.is_hybrid'],
    ],
    ['not attention alone', mamba('{is_hybrid: false, num_mamba_layers: 0, num_attention_layers: 4}')],
  ],
  'window-exceeds-context': [
    [
      'above',
      spec('context_size: 8', 'sliding_window_config: {window_size: ⟦9⟧}'),
      ['window-exceeds-context spec.sliding_window_config.window_size'],
    ],
    ['not as large', spec('context_size: 8', 'sliding_window_config: {window_size: 8}')],
    ['not without a context', spec('sliding_window_config: {window_size: 9}')],
  ],
  'duplicate-linear-layer': [
    [
      'every repeat',
      spec(
        'linear_layers:',
        ...['q', '⟦q⟧', 'Q', '⟦q⟧'].map((name) => `  - {name: ${name}, in_features: 1, out_features: 1}`),
      ),
      ['duplicate-linear-layer spec.linear_layers.1.name', 'duplicate-linear-layer spec.linear_layers.3.name'],
    ],
  ],
  'linear-layers-exceed-parameters': [
    [
      'above',
      spec('base_num_parameters: ⟦162304⟧', 'linear_layers: [{name: q, in_features: 162305, out_features: 1}]'),
      ['linear-layers-exceed-parameters spec.base_num_parameters'],
    ],
    ['not as many', spec('linear_layers: [{name: q, in_features: 162304, out_features: 1}]')],
    [
      'not the product of two negatives',
      spec('linear_layers: [{name: q, in_features: ⟦-1000⟧, out_features: ⟦-1000⟧}]'),
      [
        'non-positive-dimension spec.linear_layers.0.in_features',
        'non-positive-dimension spec.linear_layers.0.out_features',
      ],
    ],
  ],
  'gpus-out-of-order': [
    [
      'all weights below 1',
      spec('minimum_gpus_all_weights: ⟦0⟧', 'minimum_gpus_lora: 1'),
      ['gpus-out-of-order spec.minimum_gpus_all_weights'],
    ],
    [
      'LoRA below 1',
      spec('minimum_gpus_all_weights: 1', 'minimum_gpus_lora: ⟦0⟧'),
      ['gpus-out-of-order spec.minimum_gpus_lora'],
    ],
    [
      'both below 1',
      spec('minimum_gpus_all_weights: ⟦-1⟧', 'minimum_gpus_lora: ⟦0⟧'),
      ['gpus-out-of-order spec.minimum_gpus_all_weights', 'gpus-out-of-order spec.minimum_gpus_lora'],
    ],
    [
      'more for LoRA',
      spec('minimum_gpus_all_weights: 1', 'minimum_gpus_lora: ⟦2⟧'),
      ['gpus-out-of-order spec.minimum_gpus_lora'],
    ],
    ['not as many', spec('minimum_gpus_all_weights: 2', 'minimum_gpus_lora: 2')],
    ['not one alone', spec('minimum_gpus_lora: 2')],
    ['one alone below 1', spec('minimum_gpus_lora: ⟦0⟧'), ['gpus-out-of-order spec.minimum_gpus_lora']],
  ],
  'unknown-precision': [
    ['another case', spec('precision: ⟦BF16⟧'), ['unknown-precision spec.precision']],
    ['nothing', spec('precision: ⟦""⟧'), ['unknown-precision spec.precision']],
    ['not mxfp4', spec('precision: mxfp4')],
    ['uint16', spec('precision: ⟦uint16⟧'), ['unknown-precision spec.precision']],
  ],
  'embedding-model-that-chats': [
    [
      'both',
      spec('is_embedding_model: ⟦true⟧', 'is_chat: true'),
      ['embedding-model-that-chats spec.is_embedding_model'],
    ],
    ['not one', spec('is_embedding_model: true', 'is_chat: false')],
  ],
  'invalid-chat-template': [
    ['an open tag', spec("chat_template: ⟦'{% if a %}'⟧"), ['invalid-chat-template spec.chat_template']],
    [
      'a block scalar at its mark',
      spec('chat_template: ⟦|-\n    a\n    {% if %}⟧'),
      ['invalid-chat-template spec.chat_template'],
    ],
    [
      'not loop controls and generation',
      spec(
        "chat_template: '{% for m in a %}{% if m %}{% break %}{% endif %}{% generation %}{{ m }}{% endgeneration %}{% endfor %}'",
      ),
    ],
    ['not an empty one', spec('chat_template: ""')],
  ],
  'both-token-limits': [
    [
      'both, of an entity',
      entity('prompt:', '  inference_params:', '    max_tokens: ⟦1⟧', '    max_completion_tokens: 1'),
      ['both-token-limits prompt.inference_params.max_tokens'],
    ],
    [
      'not both of a request, which is an error',
      'name: ab\nprompt:\n  inference_params: ⟦{max_tokens: 1, max_completion_tokens: 1}⟧\n',
      ['value_error prompt.inference_params'],
    ],
    [
      'not one and null',
      entity('prompt:', '  inference_params:', '    max_tokens: 1', '    max_completion_tokens: null'),
    ],
  ],
  'temperature-above-documented': [
    ['above 1', inference('temperature: ⟦1.01⟧'), ['temperature-above-documented prompt.inference_params.temperature']],
    ['not 1', inference('temperature: 1')],
  ],
  'temperature-zero': [
    ['0', inference('temperature: ⟦0⟧'), ['temperature-zero prompt.inference_params.temperature']],
    ['-0.0', inference('temperature: ⟦-0.0⟧'), ['temperature-zero prompt.inference_params.temperature']],
    ['not top_p', inference('top_p: 0')],
  ],
  'unknown-placeholder': [
    [
      'one for each name',
      prompt('system_prompt_template: ⟦"{{a}} {{ a }} {{b}} {{ icl_few_shot_examples }}"⟧'),
      ['unknown-placeholder prompt.system_prompt_template; unknown-placeholder prompt.system_prompt_template'],
    ],
    ['not the known one', prompt('system_prompt_template: "{{icl_few_shot_examples}}"')],
    ['not single braces', prompt('system_prompt_template: "{a} {{b} {% c %}"')],
    ['not the prompt', prompt('system_prompt: "{{a}}"')],
  ],
  'few-shot-examples-unused': [
    [
      'without a placeholder',
      prompt('icl_few_shot_examples: ⟦e⟧', 'system_prompt_template: t'),
      ['few-shot-examples-unused prompt.icl_few_shot_examples'],
    ],
    ['not with one', prompt('icl_few_shot_examples: e', 'system_prompt_template: "{{ icl_few_shot_examples }}"')],
    ['not without a template', prompt('icl_few_shot_examples: e')],
    ['not with an empty template', prompt('icl_few_shot_examples: e', 'system_prompt_template: ""')],
    ['not empty', prompt('icl_few_shot_examples: ""', 'system_prompt_template: t')],
  ],
  'finetuned-without-base-model': [
    ['without', 'name: ab\nfinetuning_type: ⟦lora_merged⟧\n', ['finetuned-without-base-model finetuning_type']],
    [
      'with null',
      'name: ab\nfinetuning_type: ⟦ppo⟧\nbase_model: null\n',
      ['finetuned-without-base-model finetuning_type'],
    ],
    ['not with one', 'name: ab\nfinetuning_type: ppo\nbase_model: cd\n'],
    ['not an adapter', adapters(adapter('finetuning_type: p_tuning'))],
  ],
  'own-base-model': [
    ['bare', 'name: ab\nbase_model: ⟦ab⟧\n', ['own-base-model base_model']],
    ['bare, of an entity', entity('base_model: ⟦ab⟧'), ['own-base-model base_model']],
    ['qualified, of an entity', entity('base_model: ⟦team/ab⟧'), ['own-base-model base_model']],
    ['not of another workspace', entity('base_model: other/ab')],
    ['not qualified on a request', 'name: ab\nbase_model: team/ab\n'],
  ],
  'adapter-of-another-model': [
    ['bare', adapters(adapter('model: ⟦cd⟧')), ['adapter-of-another-model adapters.0.model']],
    ['of another workspace', adapters(adapter('model: ⟦other/ab⟧')), ['adapter-of-another-model adapters.0.model']],
    ['not its own', adapters(adapter('model: ab'), adapter('name: y', 'model: team/ab'))],
  ],
  'duplicate-adapter': [
    ['in one workspace', adapters(adapter(), adapter('name: ⟦x⟧')), ['duplicate-adapter adapters.1.name']],
    ['not in another', adapters(adapter(), adapter('workspace: other'))],
  ],
  'lora-without-config': [
    ...['lora', 'qlora', 'dora', 'adalora', 'lora_plus', 'lora_merged'].map(
      (type): Case => [
        type,
        adapters(adapter(`finetuning_type: ⟦${type}⟧`)),
        ['lora-without-config adapters.0.finetuning_type'],
      ],
    ),
    ['not p_tuning', adapters(adapter())],
    ['not with one', adapters(adapter('finetuning_type: lora', 'lora_config: {rank: 1}'))],
  ],
  'lora-rank-too-large': [
    [
      'above the smallest side',
      adapters(adapter('lora_config: {rank: ⟦9⟧}'), adapter('name: y', 'lora_config: {rank: 8}')) +
        spec(
          'linear_layers: [{name: q, in_features: 8, out_features: 9}, {name: k, in_features: ⟦0⟧, out_features: 99}]',
        ).replace('name: ab\n', ''),
      ['lora-rank-too-large adapters.0.lora_config.rank', 'non-positive-dimension spec.linear_layers.1.in_features'],
    ],
    [
      'above the hidden size',
      adapters(adapter('lora_config: {rank: ⟦65⟧}')) + spec().replace('name: ab\n', ''),
      ['lora-rank-too-large adapters.0.lora_config.rank'],
    ],
    ['not the hidden size', adapters(adapter('lora_config: {rank: 64}')) + spec().replace('name: ab\n', '')],
    ['not without a spec', adapters(adapter('lora_config: {rank: 100000}'))],
  ],
  'updated-before-created': [
    [
      'an entity',
      'id: e\nname: ab\nworkspace: w\ncreated_at: 2026-01-02\nupdated_at: ⟦2026-01-01⟧\n',
      ['updated-before-created updated_at'],
    ],
    [
      'with zones',
      'id: e\nname: ab\nworkspace: w\ncreated_at: 2026-01-01T00:00:00Z\nupdated_at: ⟦2026-01-01T00:30:00+01:00⟧\n',
      ['updated-before-created updated_at'],
    ],
    [
      'not with zones',
      'id: e\nname: ab\nworkspace: w\ncreated_at: 2026-01-01T00:30:00+01:00\nupdated_at: 2026-01-01T00:00:00\n',
    ],
    [
      'an adapter',
      adapters(adapter('created_at: 2026-01-02T00:00:00', 'updated_at: ⟦2026-01-01T00:00:00⟧')),
      ['updated-before-created adapters.0.updated_at'],
    ],
    ['not at the same time', adapters(adapter('created_at: 2026-01-02T00:00:00', 'updated_at: 2026-01-02T00:00:00'))],
  ],
  'inline-api-key': [
    ['written out', endpoint('api_key: ⟦sk-123⟧'), ['inline-api-key api_endpoint.api_key']],
    ['more than a reference', endpoint(`api_key: ⟦"x${'$'}{KEY}"⟧`), ['inline-api-key api_endpoint.api_key']],
    ['two references', endpoint('api_key: ⟦"{{ a }}{{ b }}"⟧'), ['inline-api-key api_endpoint.api_key']],
    ['a shell variable', endpoint('api_key: ⟦$KEY⟧'), ['inline-api-key api_endpoint.api_key']],
    ['not a variable', endpoint(`api_key: ${'$'}{KEY}`)],
    ['not a template', endpoint('api_key: "{{ secrets.key }}"')],
    ['not an empty one', endpoint('api_key: ""')],
  ],
  'insecure-endpoint': [
    ['another host', endpoint('url: ⟦http://example.com⟧'), ['insecure-endpoint api_endpoint.url']],
    ['a private network', endpoint('url: ⟦http://10.0.0.1:8000/v1⟧'), ['insecure-endpoint api_endpoint.url']],
    ['any scheme in capitals', endpoint('url: ⟦HTTP://EXAMPLE.com⟧'), ['insecure-endpoint api_endpoint.url']],
    ['an IPv6 address', endpoint('url: ⟦"http://[::2]/"⟧'), ['insecure-endpoint api_endpoint.url']],
    [
      'a name that begins like the loopback',
      endpoint('url: ⟦http://localhost.example.com⟧'),
      ['insecure-endpoint api_endpoint.url'],
    ],
    ['an unspecified address', endpoint('url: ⟦http://0.0.0.0⟧'), ['insecure-endpoint api_endpoint.url']],
    ...[
      'https://example.com',
      'http://localhost:8000',
      'http://a.localhost',
      'http://127.9.9.9',
      '"http://[::1]:80/"',
      'ws://example.com',
    ].map((url): Case => [`not ${url}`, endpoint(`url: ${url}`)]),
  ],
  'trust-remote-code': [
    ['true', 'name: ab\ntrust_remote_code: ⟦true⟧\n', ['trust-remote-code trust_remote_code']],
    [
      'true by coercion',
      'name: ab\ntrust_remote_code: ⟦"1"⟧\n',
      ['coerced-value trust_remote_code; trust-remote-code trust_remote_code'],
    ],
    ['of an entity', entity('trust_remote_code: ⟦true⟧'), ['trust-remote-code trust_remote_code']],
    ['not false', 'name: ab\ntrust_remote_code: false\n'],
  ],
}

const READING: readonly Case[] = [
  ['an empty text in quotes, which is written', '⟦""⟧\n', ['model_attributes_type ']],
  [
    'a control character in its own document',
    'name: ⟦5⟧\n---\nname: a⟦\u0001⟧b\n',
    ['string_type name', 'yaml_syntax '],
  ],
  ['!!str 5 as a text', 'name: ab\nproject: !!str 5\n'],
  ['!!int "8" as an integer', spec('context_size: !!int "8"')],
  ['!!float 1 as a number', inference('temperature: !!float 1')],
  ['!!float -0.5e1 as a number', 'name: ab\ncustom_fields: {a: !!float -0.5e1, b: !!float .inf, c: !!float "12"}\n'],
  ['!!bool "true" as a boolean', spec('is_chat: !!bool "true"')],
  ['!!null "" as null', 'name: ab\nproject: !!null ""\n'],
  ['!!map and !!seq', 'name: ab\nownership: !!map {a: 1}\nmodel_providers: !!seq [a/b]\n'],
  ['the non-specific tag as a text', 'name: ab\nproject: ! 5\n'],
  ['a verbatim tag', 'name: ab\nproject: !<tag:yaml.org,2002:str> 5\n'],
  ['a place behind a tag', 'name: !!str ⟦a b⟧\n', ['string_pattern_mismatch name']],
  ['a number behind its tag', 'name: !!int ⟦"8"⟧\n', ['string_type name']],
  ['a mapping behind its tag and anchor', '--- !!map &a\n⟦project: p⟧\n', ['missing name']],
  ['a tag of another schema', 'name: ⟦!secret⟧ ab\n', ['yaml_syntax ']],
  ['a tag with no handle', 'name: ab\nproject: ⟦!e!x⟧ a\n', ['yaml_syntax ']],
  ['a key that is a number, as written', 'name: ab\n⟦0x1⟧: a\n⟦1⟧: b\n', ['unknown-field 0x1', 'unknown-field 1']],
  ['a key that is null, as written', 'name: ab\n⟦~⟧: a\n⟦null⟧: b\n', ['unknown-field ~', 'unknown-field null']],
  [
    'a key that is a boolean, as written',
    'name: ab\n⟦true⟧: a\n⟦True⟧: b\n',
    ['unknown-field true', 'unknown-field True'],
  ],
  ['a key with a tag', '!!str name: ab\n!!str ⟦5⟧: a\n', ['unknown-field 5']],
  ['a key given by an alias', 'name: ab\nproject: &p project\ncustom_fields: {? *p : 1}\n'],
  [
    'a key given by an alias, as its target is written',
    'name: ab\nownership: {a: &n 0x1}\n⟦*n⟧ : 1\n',
    ['unknown-field 0x1'],
  ],
  ['an explicit key', '? ⟦nam⟧\n: x\n? name\n: ab\n', ['unknown-field nam']],
  ['an explicit key without a value', 'name: ab\n? ⟦spec.family⟧\n', ['unknown-field spec.family']],
  ['a block scalar as key', 'name: ab\n? ⟦|-\n  nam\n⟧: 1\n', ['unknown-field nam']],
  ['quoted keys', `'name': ab\n"project": ⟦a b⟧\n`, ['string_pattern_mismatch project']],
  ['an escape in a key', '"n\\u0061me": ⟦a b⟧\n', ['string_pattern_mismatch name']],
  ['a flow mapping as key', 'name: ab\n⟦{a: b}⟧: c\n', ['yaml_syntax ']],
  ['an alias of a collection as key', 'name: ab\nownership: &o {a: 1}\n⟦*o⟧ : 1\n', ['yaml_syntax ']],
  ['a repeated key', 'name: a b\n⟦"name"⟧: c d\n', ['duplicate_key ']],
  ['a repeated key in a free field', 'name: 5\ncustom_fields: {a: {b: 1, ⟦b⟧: 2}}\n', ['duplicate_key ']],
  ['a repeated __proto__', '{"__proto__": 1, ⟦"__proto__"⟧: 2}', ['duplicate_key '], 'm.json'],
  ['a repeated key written with an escape', '{"name": "ab", ⟦"n\\u0061me"⟧: "cd"}', ['duplicate_key '], 'm.json'],
  [
    'a repeated key of one of two documents',
    'name: ab\n⟦name⟧: cd\n---\nname: ⟦5⟧\n',
    ['duplicate_key ', 'string_type name'],
  ],
  ['a merge key twice', 'name: ab\nownership: &o {a: 1}\ncustom_fields:\n  <<: *o\n  ⟦<<⟧: *o\n', ['duplicate_key ']],
  ['a merged key that is written too', 'name: ab\nownership: &o {a: 1}\ncustom_fields:\n  a: 2\n  <<: *o\n'],
  ['<< in quotes as an ordinary key', 'name: ab\n⟦"<<"⟧: 5\n', ['unknown-field <<']],
  ['<< with a tag as an ordinary key', 'name: ab\n!!str ⟦<<⟧: 5\n', ['unknown-field <<']],
  ['<< of JSON as an ordinary key', '{"name": "ab", ⟦"<<"⟧: {"project": "p"}}', ['unknown-field <<'], 'm.json'],
  ['a merge key with null', 'name: ab\n⟦<<⟧:\n', ['yaml_syntax ']],
  ['a merge key with a sequence of scalars', 'name: ab\n<<: ⟦[a]⟧\n', ['yaml_syntax ']],
  ['a merge key with a mapping written in place', '<<: {name: ⟦a b⟧}\n', ['string_pattern_mismatch name']],
  [
    'merge keys in merged mappings',
    'ownership:\n  a: &a {top_p: ⟦2⟧}\n  b: &b {<<: *a}\nname: ab\nprompt: {inference_params: {<<: *b}}\n',
    ['less_than_equal prompt.inference_params.top_p'],
  ],
  ['an anchor that is used again', 'project: &a p\nname: &a ab\ndescription: *a\n'],
  ['an anchor of another document', 'name: &a ab\n---\nname: ⟦*a⟧\n', ['yaml_syntax ']],
  ['an alias of a text, at the alias', 'ownership: {a: &a x y}\nname: ⟦*a⟧\n', ['string_pattern_mismatch name']],
  ['an alias of a value of the wrong kind', 'ownership: &o {a: 1}\nname: ⟦*o⟧\n', ['string_type name']],
  [
    'an alias in a list',
    'ownership: {a: &a x}\nname: ab\nmodel_providers:\n  - ⟦*a⟧\n',
    ['invalid-reference model_providers.0'],
  ],
  [
    '%YAML 1.1, where yes stays a text',
    '%YAML 1.1\n---\nname: ⟦no⟧\ndescription: ⟦yes⟧\n',
    ['yaml-1.1-type name', 'yaml-1.1-type description'],
  ],
  ['an unknown directive', '%FOO bar\n---\nname: ab\n'],
  ['a document after its end mark', 'name: ab\n...\n---\nname: ⟦5⟧\n', ['string_type name']],
  ['comments', '# a\nname: ab # b\n# c\nproject: ⟦a b⟧ # d\n', ['string_pattern_mismatch project']],
  ['a hash in a plain scalar', 'name: ⟦a#b⟧\n', ['string_pattern_mismatch name']],
  ['a plain scalar of two lines', 'name: ⟦a\n  b⟧\n', ['string_pattern_mismatch name']],
  ['a quoted scalar of two lines', 'name: ⟦"a\n  b"⟧\n', ['string_pattern_mismatch name']],
  ['a folded scalar that keeps its end', 'name: ⟦>+\n  ab⟧\n\nproject: p\n', ['string_pattern_mismatch name']],
  ['a literal with an indentation', 'name: ⟦|2\n   ab⟧\n', ['string_pattern_mismatch name']],
  [
    'flow style over lines',
    '{\n  name: ab,\n  prompt: {\n    inference_params: { top_p: ⟦2⟧, },\n  },\n}\n',
    ['less_than_equal prompt.inference_params.top_p'],
  ],
  ['a single pair in a flow sequence', 'name: ab\nmodel_providers: [⟦a: b⟧]\n', ['string_type model_providers.0']],
  ['a key without a value in flow style', '{name: ab, ⟦prompt.x⟧}\n', ['unknown-field prompt.x']],
  [
    'non-ASCII before the place',
    'name: ab\nownership: {é: "日本"}\nprompt: {system_prompt: "é", inference_params: {top_p: ⟦2⟧}}\n',
    ['less_than_equal prompt.inference_params.top_p'],
  ],
  ['an astral character before the place', '{description: "😀😀", name: ⟦5⟧}\n', ['string_type name']],
  ['tabs before a comment', 'name: ⟦5⟧\t# five\n', ['string_type name']],
  ['a tab between key and value', 'name:\t⟦5⟧\n', ['string_type name']],
  [
    'CRLF',
    'name: ab\r\nproject: ⟦a b⟧\r\nprompt:\r\n  inference_params:\r\n    top_p: ⟦2⟧\r\n',
    ['string_pattern_mismatch project', 'less_than_equal prompt.inference_params.top_p'],
  ],
  ['CRLF and a value that is not written', '⟦name⟧:\r\nproject: p\r\n', ['string_type name']],
  ['a BOM', '\ufeffname: ⟦5⟧\n', ['string_type name']],
  ['a BOM and a directive', '\ufeff%YAML 1.2\n---\nname: ⟦5⟧\n', ['string_type name']],
  ['a BOM of JSON', '\ufeff{"name": ⟦5⟧}', ['string_type name'], 'm.json'],
  ['no end of line', 'name: ⟦5⟧', ['string_type name']],
  ['JSON in a YAML file', '{"name": ⟦5⟧, "project": "a\\/b"}', ['string_type name']],
  [
    'JSON Lines with blank lines and CRLF',
    '{"name": "ab"}\r\n\r\n  \r\n{"name": ⟦5⟧}\r\n',
    ['string_type name'],
    'm.jsonl',
  ],
  ['a list in JSON Lines', '[{"name": ⟦5⟧}]\n', ['string_type 0.name'], 'm.ndjson'],
  [
    'a line that is cut',
    '{"name": "ab"}\n{"name"⟦⟧\n{"name": ⟦5⟧}\n',
    ['json_invalid ', 'string_type name'],
    'm.jsonl',
  ],
]

const VALIDATION: readonly Case[] = [
  ['missing', '⟦project: p⟧\n', ['missing name']],
  ['missing of a written {}', '--- ⟦{}⟧\n', ['missing name']],
  ['string_type', 'name: ⟦true⟧\n', ['string_type name']],
  ['string_type of a float', 'name: ⟦1.5⟧\n', ['string_type name']],
  ['string_type of null', 'name: ⟦null⟧\n', ['string_type name']],
  ['string_type of a tilde', 'name: ⟦~⟧\n', ['string_type name']],
  ['string_pattern_mismatch of nothing', 'name: ⟦""⟧\n', ['string_pattern_mismatch name']],
  ['string_too_long', `name: ⟦${'a'.repeat(256)}⟧\n`, ['string_too_long name']],
  ['string_pattern_mismatch', 'name: ⟦é€⟧\n', ['string_pattern_mismatch name']],
  ['a description of 1,000 astral characters', `name: ab\ndescription: ${'😀'.repeat(1000)}\n`],
  ['a description of 1,001', `name: ab\ndescription: ⟦${'a'.repeat(1001)}⟧\n`, ['string_too_long description']],
  ['int_parsing', spec('num_layers: ⟦forty⟧'), ['int_parsing spec.num_layers']],
  ['int_from_float', spec('num_layers: ⟦2.5⟧'), ['int_from_float spec.num_layers']],
  ['int_type', spec('num_layers: ⟦[2]⟧'), ['int_type spec.num_layers']],
  ['finite_number', spec('num_layers: ⟦.nan⟧'), ['finite_number spec.num_layers']],
  [
    'int_parsing_size',
    inference('max_tokens: ⟦9007199254740993⟧'),
    ['int_parsing_size prompt.inference_params.max_tokens'],
  ],
  ['float_type', inference('temperature: ⟦{}⟧'), ['float_type prompt.inference_params.temperature']],
  ['float_parsing', inference('temperature: ⟦warm⟧'), ['float_parsing prompt.inference_params.temperature']],
  ['bool_parsing', spec('is_chat: ⟦maybe⟧'), ['bool_parsing spec.is_chat']],
  ['bool_type', spec('is_chat: ⟦[]⟧'), ['bool_type spec.is_chat']],
  ['greater_than_equal', inference('max_tokens: ⟦0⟧'), ['greater_than_equal prompt.inference_params.max_tokens']],
  ['less_than_equal', inference('temperature: ⟦2.1⟧'), ['less_than_equal prompt.inference_params.temperature']],
  ['enum', 'name: ab\nfinetuning_type: ⟦LORA⟧\n', ['enum finetuning_type']],
  ['list_type', 'name: ab\nmodel_providers: ⟦a/b⟧\n', ['list_type model_providers']],
  ['dict_type', 'name: ab\ncustom_fields: ⟦[]⟧\n', ['dict_type custom_fields']],
  ['model_attributes_type', 'name: ab\nspec: ⟦none⟧\n', ['model_attributes_type spec']],
  ['url_parsing', endpoint('url: ⟦example.com⟧'), ['url_parsing api_endpoint.url']],
  ['url_type', endpoint('url: ⟦5⟧'), ['url_type api_endpoint.url']],
  [
    'datetime_from_date_parsing',
    'id: e\nname: ab\nworkspace: w\ncreated_at: ⟦soon⟧\nupdated_at: 2026-01-01\n',
    ['datetime_from_date_parsing created_at'],
  ],
  ['value_error', adapters(adapter('model: ⟦Llama⟧')), ['value_error adapters.0.model']],
  [
    'a list of entities',
    '- name: ⟦5⟧\n- ⟦project: p⟧\n-   name: ab\n- ⟦[]⟧\n',
    ['string_type 0.name', 'missing 1.name', 'model_attributes_type 3'],
  ],
  ['an item of a list that is not written', '- name: ab\n⟦-⟧\n', ['model_attributes_type 1']],
  ['an id alone as a request', 'name: ab\n⟦id⟧: e\n', ['unknown-field id']],
  ['a timestamp alone as a request', 'name: ab\n⟦created_at⟧: 2026-01-01\n', ['unknown-field created_at']],
  [
    'a missing field of an adapter in a list',
    `${ENTITY}adapters:\n  - ⟦name: x\n    workspace: team\n    fileset: team/x⟧\n`,
    ['missing adapters.0.finetuning_type'],
  ],
  [
    'a missing field of a part, at its key',
    adapters(adapter('⟦lora_config⟧: {alpha: 1}')),
    ['missing adapters.0.lora_config.rank'],
  ],
  [
    'a missing field of a part given by an alias',
    'ownership: &o {alpha: 1}\n'.replace('ownership', 'custom_fields') + adapters(adapter('lora_config: ⟦*o⟧')),
    ['missing adapters.0.lora_config.rank'],
  ],
]

function told(text: string, file: string): string[] {
  return checkManifest(text, { file }).diagnostics.map(
    ({ line, column, endLine, endColumn, code, loc }) =>
      `${line}:${column}-${endLine}:${endColumn} ${code} ${loc.join('.')}`,
  )
}

function expected(places: readonly string[], findings: readonly string[]): string[] {
  expect(places).toHaveLength(findings.length)
  return places.flatMap((place, index) => (findings[index] ?? '').split('; ').map((finding) => `${place} ${finding}`))
}

const GROUPS: readonly (readonly [name: string, cases: readonly Case[]])[] = [
  ...Object.entries(RULES).map(([rule, cases]) => [`${rule} tells`, cases] as const),
  ['checkManifest reads', READING],
  ['checkManifest places', VALIDATION],
]

describe.each(GROUPS)('%s', (_, cases) => {
  const rows = cases.map(([what, marked, findings = [], file = 'm.yaml']) => ({ what, marked, findings, file }))
  it.each(rows)('$what', ({ marked, findings, file }) => {
    const { text, places } = unmarked(marked)
    expect(told(text, file)).toStrictEqual(expected(places, findings))
  })
})
