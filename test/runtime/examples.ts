import type { SchemaName } from '../../src/schemas/index.js'

/** Bodies that together touch every part of the validator: the fast path, each kind of the slow path, the reader. */
export const EXAMPLES: readonly { model: SchemaName; body: string }[] = [
  { model: 'Lora', body: '{"rank": 8, "more": true}' },
  { model: 'Lora', body: '{"rank": "8", "alpha": 1.5}' },
  { model: 'Lora', body: '{"rank": 8,}' },
  { model: 'Lora', body: '{"rank": 123456789012345678901234567890}' },
  { model: 'MambaConfig', body: '{"is_hybrid": "yes", "num_mamba_layers": NaN}' },
  { model: 'APIEndpointData', body: '{"url": "HTTPS://münchen.example:443/a/../ä?q=\'"}' },
  { model: 'APIEndpointData', body: '{"url": "http://[::1"}' },
  {
    model: 'Adapter',
    body: '{"name": "a b", "workspace": "w", "fileset": 1, "finetuning_type": "none", "model": "X", "created_at": 1705311000.5}',
  },
  { model: 'InferenceParams', body: '{"temperature": 3, "__proto__": {"seed": [1, {"a": "\\ud83d\\ude00"}]}}' },
  { model: 'CreateModelEntityRequest', body: `{"name": "m", "custom_fields": ${'['.repeat(2000)}${']'.repeat(2000)}}` },
  { model: 'CreateModelEntityRequest', body: '' },
  { model: 'ValidationError', body: '{"loc": ["body", 1, 1.0, true], "msg": "m", "type": "t", "ctx": {"le": 2}}' },
]
