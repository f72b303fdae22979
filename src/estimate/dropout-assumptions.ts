import { familyOf } from '../architecture/families/index.js'
import type { Architecture } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'

/** What an estimate of training says of the dropout that the config of a model asks for: it is not counted. */
export function dropoutAssumptions(
  { family, config = {} }: Pick<Architecture, 'family' | 'config'>,
  { method }: Pick<CheckedMemoryOptions, 'method'>,
): string[] {
  if (methodOf(method).trains === 'nothing') return []
  const rates = Object.entries({ ...familyOf(family)?.dropout, ...stated(config), ...stated(config['text_config']) })
  const asked = rates.filter(([, rate]) => rate > 0).map(([field, rate]) => `\`${field}\` ${rate}`)
  if (asked.length === 0) return []
  return [
    `the model's own dropout is not counted (its config, or the default of its class, has ${asked.join(', ')}): in training it keeps masks and copies, so that such a run needs more memory; the estimate is for 0 in these fields`,
  ]
}

/** Rates that a config states. Those of GPT-2's summary belong to a head that no estimate has. */
function stated(config: unknown): Record<string, number> {
  if (typeof config !== 'object' || config === null) return {}
  const fields: [string, number][] = []
  for (const [field, rate] of Object.entries(config))
    if (DROPOUT.test(field) && typeof rate === 'number') fields.push([field, rate])
  return Object.fromEntries(fields)
}

const DROPOUT = /^(?!summary_|lora_).*(?:dropout|pdrop)/
