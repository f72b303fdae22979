/** Writes the manifests of the benchmark into the working directory: the same entities for every tool. */
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'

const [, , root = '.', files = '10000', documents = '100000'] = process.argv

const SPEC = {
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

const entity = (index) => ({ name: `llama-${index}`, project: 'nlp', fileset: `research/llama-${index}`, spec: SPEC })

function yaml({ spec, ...rest }) {
  const lines = (fields, indent) => Object.entries(fields).map(([key, value]) => `${indent}${key}: ${value}\n`)
  return [...lines(rest, ''), 'spec:\n', ...lines(spec, '  ')].join('')
}

/** kubeconform needs a kind to choose the schema by. */
const KIND = 'apiVersion: v1\nkind: Model\n'

for (const folder of ['yaml', 'json', 'kinds']) mkdirSync(folder)
for (let index = 0; index < Number(files); index += 1) {
  writeFileSync(`yaml/m-${index}.yaml`, yaml(entity(index)))
  writeFileSync(`kinds/m-${index}.yaml`, KIND + yaml(entity(index)))
  writeFileSync(`json/m-${index}.json`, JSON.stringify(entity(index), null, 2))
}

const all = {
  'big.yaml': (one) => `---\n${yaml(one)}`,
  'kinds.yaml': (one) => `---\n${KIND}${yaml(one)}`,
  'big.jsonl': (one) => `${JSON.stringify(one)}\n`,
}
for (const [name, write] of Object.entries(all)) {
  const file = openSync(name, 'w')
  for (let index = 0; index < Number(documents); index += 1) writeSync(file, write(entity(index)))
  closeSync(file)
}
writeFileSync('schema.json', readFileSync(`${root}/schemas/draft-07/CreateModelEntityRequest.json`))
// Spectral takes its rules from a file.
const schema = readFileSync('schema.json', 'utf8')
const check = `{ "function": "schema", "functionOptions": { "schema": ${schema} } }`
writeFileSync('spectral.json', `{ "rules": { "entity": { "given": "$", "severity": "error", "then": ${check} } } }`)
