import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A Llama of two layers: small enough to know its numbers. */
const CONFIG = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 128,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  num_hidden_layers: 2,
  vocab_size: 1000,
  max_position_embeddings: 2048,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
}

/** Filesets as users make them, and as attackers do. Returns the root. */
export function checkpointFilesets(folder: string): string {
  const root = join(folder, 'filesets')
  const outside = join(folder, 'outside')
  write(join(outside, 'config.json'), JSON.stringify(CONFIG))
  write(join(root, 'default/llama/config.json'), JSON.stringify(CONFIG))
  write(join(root, 'default/deeper/config.json'), JSON.stringify({ ...CONFIG, num_hidden_layers: 3 }))
  write(join(root, 'default/broken/config.json'), '{"model_type": "llama",')
  write(
    join(root, 'default/absurd/config.json'),
    JSON.stringify({ ...CONFIG, num_hidden_layers: 1e15, vocab_size: -1 }),
  )
  write(join(root, 'default/huge/config.json'), `{"padding": "${' '.repeat(70 * 1024 * 1024)}"}`)
  write(join(root, 'default/torn/model.safetensors'), '\xff\xff\xff\xff\xff\xff\xff\x7f{}')
  mkdirSync(join(root, 'default/linked'), { recursive: true })
  symlinkSync(join(outside, 'config.json'), join(root, 'default/linked/config.json'))
  symlinkSync(outside, join(root, 'default/escape'))
  symlinkSync(outside, join(root, 'elsewhere'))
  return root
}

/** Filesets that exist, but give no spec. */
export const WITHOUT_SPEC = ['broken', 'absurd', 'huge', 'torn', 'linked']

/** References that lead out of the root, if anything does. */
export const ESCAPES = [
  'escape',
  'elsewhere/outside',
  '../outside',
  'default/..',
  '..',
  '%2e%2e/outside',
  'default/llama/../../../outside',
]

function write(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text, 'latin1')
}
