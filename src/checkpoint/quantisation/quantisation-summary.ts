import type { LogicalParameters } from '../logical-parameters.js'
import type { Quantisation } from './quantisation.js'
import { elementCount } from './stored-weight.js'

/** How most quantised weights of a checkpoint are stored, in short. */
export interface QuantisationSummary {
  /** The method that the config states, else the scheme of the headers, or a type of GGUF: `gptq`, `Q4_K`. */
  readonly method: string
  /** Bits of one weight, with its share of the scales for a type of GGUF. Absent if they are not known. */
  readonly bits?: number
  /** How many parameters are stored in this way; absent without headers. */
  readonly parameters?: number
}

/** Summarises a quantisation from the headers, if they are given, and from the config. Returns `undefined` for a model in full precision. */
export function quantisationSummary(
  storage: LogicalParameters | undefined,
  stated: Quantisation | undefined,
): QuantisationSummary | undefined {
  const schemes = new Map<string, { method: string; bits: number; parameters: number }>()
  for (const { scheme, bits, shape } of storage?.parameters ?? []) {
    if (scheme === undefined) continue
    const key = `${scheme} ${bits}`
    const counted = schemes.get(key) ?? { method: stated?.method ?? scheme, bits, parameters: 0 }
    counted.parameters += elementCount(shape)
    schemes.set(key, counted)
  }
  const [most] = [...schemes.values()].sort((a, b) => b.parameters - a.parameters)
  if (most) return most
  if (!stated) return undefined
  const format = stated.format ?? stated.exceptions[0]?.format
  return { method: stated.method, ...(format && { bits: format.bits }) }
}
