import { refuseRepeats } from './repeats.js'
import { isHiddenKey } from './shown-input.js'

/** The result of one walk through a value. */
export interface ValueScan {
  readonly isTooDeep: boolean
  /** Whether it contains a number or a key that an error must show in another form: see `shownInput`. */
  readonly needsConversion: boolean
}

/**
 * Walks a value once, with its own stack. Stops when the nesting exceeds `maxDepth`.
 *
 * @throws TypeError if objects that are reached by many paths make it much larger than it is in memory
 */
export function scanValue(value: unknown, maxDepth: number): ValueScan {
  if (!isContainer(value)) return { isTooDeep: false, needsConversion: isExactNumber(value) }
  let needsConversion = false
  const open = [value]
  const depths = [1]
  let containers = 0
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    containers += 1
    if (containers === MANY) refuseRepeats(value)
    const depth = depths.pop() ?? 1
    if (depth > maxDepth) return { isTooDeep: true, needsConversion }
    // Faster by half than any listing of keys and values.
    for (const key in top) {
      const item = top[key]
      if (isContainer(item)) {
        open.push(item)
        depths.push(depth + 1)
      } else if (isExactNumber(item)) {
        needsConversion = true
      }
      if (isHiddenKey(key)) needsConversion = true
    }
  }
  return { isTooDeep: false, needsConversion }
}

/** From this many arrays and objects on, it is worth to look whether they are the same few. */
const MANY = 1_000_000

/** Whether a value is an array or an object. */
function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Number)
}

function isExactNumber(value: unknown): boolean {
  return typeof value === 'bigint' || value instanceof Number
}
