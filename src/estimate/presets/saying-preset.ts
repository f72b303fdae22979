import type { MemoryOptions } from '../memory-options.js'
import { withPreset } from './with-preset.js'

/**
 * Runs an estimate. If it is refused for something that the preset filled in, the error says so: nobody finds it among the options.
 *
 * @example
 * sayingPreset({ preset: 'torchtitan', layout: { tensor: 2 } }, estimate)
 * // throws '… the loss fused-linear … (preset torchtitan: loss fused-linear)'
 */
export function sayingPreset<Result>(given: MemoryOptions, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    if (given.preset === undefined || !(error instanceof TypeError || error instanceof RangeError)) throw error
    const { message } = error
    if (!message.startsWith(`preset ${given.preset}`)) {
      const words = new Set(message.split(/[\s,;:()]+/))
      const named = filledIn(given).filter(({ isNamedIn }) => isNamedIn(words))
      if (named.length > 0)
        error.message = `${message} (preset ${given.preset}: ${named.map(({ name, value }) => `${name} ${value}`).join(', ')})`
    }
    throw error
  }
}

/** What a preset filled in, and what an error says that means it. */
interface FilledIn {
  readonly name: string
  readonly value: string
  readonly isNamedIn: (words: ReadonlySet<string>) => boolean
}

function filledIn(given: MemoryOptions): FilledIn[] {
  const filled = withPreset(given).options
  return [
    ...added('', filled, given),
    ...added('sharding.', filled.sharding ?? {}, given.sharding ?? {}),
    ...added('lora.', filled.lora ?? {}, given.lora ?? {}),
  ]
}

function added(path: string, filled: object, given: object): FilledIn[] {
  const asked = new Map(Object.entries(given))
  return Object.entries(filled)
    .filter(([name, value]) => asked.get(name) === undefined && typeof value !== 'object')
    .map(([name, value]) => ({
      name: `${path}${name}`,
      value: String(value),
      // A number or a switch is named by its option alone.
      isNamedIn: (words) => words.has(`\`${path}${name}\``) || (typeof value === 'string' && words.has(value)),
    }))
}
