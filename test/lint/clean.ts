/** Documents that no rule has anything to say about; the tests spoil them one thing at a time. */

type Json = Record<string, unknown>

export const SPEC: Json = {
  checkpoint_model_name: 'meta-llama/Llama-3.1-8B',
  family: 'llama',
  context_size: 131072,
  num_layers: 32,
  hidden_size: 4096,
  num_attention_heads: 32,
  num_kv_heads: 8,
  ffn_hidden_size: 14336,
  vocab_size: 128256,
  tied_embeddings: false,
  gated_mlp: true,
  base_num_parameters: 8030261248,
  precision: 'bfloat16',
}

export const MOE: Json = { num_experts: 8, num_experts_per_tok: 2, num_expert_layers: 32, expert_ffn_size: 14336 }

export const MAMBA: Json = { is_hybrid: true, num_mamba_layers: 28, num_attention_layers: 4 }

export const ADAPTER: Json = {
  name: 'medical',
  workspace: 'team',
  fileset: 'team/medical',
  finetuning_type: 'lora',
  lora_config: { rank: 8, alpha: 16 },
}

export function request(fields: Json = {}): Json {
  return { name: 'llama-3.1-8b', fileset: 'team/llama', ...fields }
}

export function entity(fields: Json = {}): Json {
  return {
    id: 'e1',
    name: 'llama-3.1-8b',
    workspace: 'team',
    created_at: '2024-01-15T09:30:00Z',
    updated_at: '2024-01-15T09:30:00Z',
    ...fields,
  }
}

export function spec(fields: Json = {}): Json {
  return request({ spec: { ...SPEC, ...fields } })
}

export function adapters(...list: readonly Json[]): Json {
  return entity({ adapters: list.map((fields) => ({ ...ADAPTER, ...fields })) })
}

export function endpoint(fields: Json): Json {
  return request({ api_endpoint: fields })
}

export function prompt(fields: Json): Json {
  return request({ prompt: fields })
}

export function inference(fields: Json): Json {
  return prompt({ inference_params: fields })
}
