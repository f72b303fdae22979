import { isDeepStrictEqual } from 'node:util'
import { writeJson } from '../../../src/json/index.js'
import type { CreateModelEntityRequest } from '../../../src/schemas/index.js'
import { validate } from '../../../src/validation/index.js'
import type { CommandCase } from './command-cases.js'
import type { CommandAnswer } from './nemo-command.js'

/** How the command and the platform differ from what we say of a manifest. Undefined if they do not. */
export function differenceOf(
  { body, answer }: CommandCase,
  { code, said }: CommandAnswer,
  stored: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  if (answer.status !== 201) return refusalDifference(answer.status, answer.detail, code, said)
  if (code !== 0) return 'the command refuses it'
  if (stored === undefined) return 'the platform has not stored it'
  const validated = validate('CreateModelEntityRequest', body, { integers: 'bigint' })
  if (!validated.ok) return 'it is not valid'
  for (const [field, value] of Object.entries(storedFields(validated.value))) {
    const found = withoutNulls(stored[field] ?? null)
    const expected = withoutNulls(value ?? null)
    if (!isDeepStrictEqual(found, expected)) {
      return `${field} is stored as ${writeJson(found)}, not as ${writeJson(expected)}`
    }
  }
  return undefined
}

/** What the platform makes of a request without a fileset: it fills in some fields, and keeps no numbers of GPUs. */
function storedFields({ name: _, ...request }: CreateModelEntityRequest): object {
  const { spec, base_model, custom_fields, model_providers, trust_remote_code } = request
  return {
    ...request,
    ...(spec && { spec: { ...spec, minimum_gpus_all_weights: null, minimum_gpus_lora: null } }),
    base_model: base_model || null,
    custom_fields: custom_fields ?? {},
    model_providers: model_providers ?? [],
    trust_remote_code: trust_remote_code ?? false,
  }
}

function refusalDifference(status: number, detail: unknown, code: number, said: string): string | undefined {
  if (code === 0) return `the platform accepts it; we say that it answers ${status}`
  if (!said.includes(`(${status})`)) return `the platform does not answer ${status}`
  if (typeof detail === 'string' && !bare(said).includes(bare(detail))) return `the platform does not say: ${detail}`
  return undefined
}

/** The command breaks lines. */
function bare(text: string): string {
  return text.replace(/\s+/g, '')
}

/** The platform leaves out fields without a value; in free data a null is kept. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null))
}
