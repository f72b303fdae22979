import type { ModelSpec } from '../schemas/index.js'

/** The fields of a `ModelSpec` that a model cannot be rebuilt without. */
const SIZES = [
  'family',
  'num_layers',
  'hidden_size',
  'num_attention_heads',
  'num_kv_heads',
  'ffn_hidden_size',
  'vocab_size',
  'base_num_parameters',
] as const satisfies readonly (keyof ModelSpec)[]

const MODELS = 'an architecture, a checkpoint or a ModelSpec'

/**
 * Refuses what is no model, a name or a `config.json` for example.
 *
 * @throws TypeError that says what to pass
 */
export function checkModel(model: unknown): void {
  if (typeof model !== 'object' || model === null)
    throw new TypeError(`expected ${MODELS}; found ${model === null ? 'null' : `a ${typeof model}`}`)
  if (!('root' in model) && ('model_type' in model || 'architectures' in model))
    throw new TypeError('this is a config.json, not a model: pass `architectureFromConfig(config)`')
}

/**
 * Refuses what is not an architecture.
 *
 * @throws TypeError that says what to pass
 */
export function checkArchitecture(model: unknown): void {
  checkModel(model)
  if (!('root' in Object(model)))
    throw new TypeError('expected an architecture: pass `architectureFromConfig(config)`, or that of a checkpoint')
}

/**
 * Refuses a `ModelSpec` without the fields that are read: families have a default for every size, so the estimate for an empty
 * spec would be that of another model.
 *
 * @throws TypeError that says what is missing
 */
export function checkSpec(spec: Partial<ModelSpec>, needed: readonly (keyof ModelSpec)[] = SIZES): void {
  checkModel(spec)
  const missing = needed.filter((field) => spec[field] === undefined || spec[field] === null)
  if (missing.length === 0) return
  throw new TypeError(`expected ${MODELS}; a ModelSpec would have ${missing.map((field) => `\`${field}\``).join(', ')}`)
}
