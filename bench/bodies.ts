import { readFileSync } from 'node:fs'

/** A body that the benchmark sends, as a service would get it. */
export interface Body {
  readonly name: string
  readonly text: string
}

const EXAMPLE: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../test/fixtures/example-response.json', import.meta.url), 'utf8'),
)

/** The page's example of a model entity, as a client writes it. */
export const EXAMPLE_BODY: Body = { name: 'the example entity of the API page', text: JSON.stringify(EXAMPLE) }

/** The same with 300 linear layers, as a registry has them for a model of 43 blocks. */
export const LAYERS_BODY: Body = { name: 'the same with 300 linear layers', text: JSON.stringify(withLayers(300)) }

/** The same with ten errors, spread over its parts. */
export const ERRORS_BODY: Body = { name: 'the same with ten errors', text: JSON.stringify(withTenErrors()) }

/** The entity with so many linear layers. */
export function withLayers(count: number): Record<string, unknown> {
  const entity = structuredClone(EXAMPLE)
  part(entity, 'spec')['linear_layers'] = Array.from({ length: count }, (_, index) => ({
    name: `model.layers.${Math.floor(index / 7)}.self_attn.q_proj`,
    in_features: 5120,
    out_features: 5120 + index,
  }))
  return entity
}

function withTenErrors(): Record<string, unknown> {
  const entity = structuredClone(EXAMPLE)
  const adapter = part(entity, 'adapters')[0]
  Object.assign(entity, {
    name: 'not a name',
    created_at: 'yesterday',
    trust_remote_code: 'maybe',
    finetuning_type: 'none',
  })
  delete entity['id']
  Object.assign(part(entity, 'spec'), { num_layers: 'forty', hidden_size: null })
  Object.assign(part(entity, 'api_endpoint'), { url: 'nowhere' })
  Object.assign(part(part(entity, 'prompt'), 'inference_params'), { temperature: 3 })
  if (typeof adapter === 'object' && adapter !== null) Object.assign(adapter, { model: 'Not A Model' })
  return entity
}

function part(value: Record<string, unknown>, key: string): Record<string, unknown> {
  const found = value[key]
  if (typeof found !== 'object' || found === null) throw new TypeError(`the example has no ${key}`)
  return found as Record<string, unknown>
}
