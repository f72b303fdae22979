/** @throws TypeError with the place, if a value contains itself */
export function refuseCycle(value: unknown, loc: readonly (string | number)[]): void {
  const path = cycleIn(value, loc)
  if (path === undefined) return
  throw new TypeError(`\`${path.join('.')}\` is an object that contains itself, which no JSON text can hold`)
}

/**
 * The path to an object that contains itself, if there is one. Uses its own stack, because the nesting is only limited by memory.
 * Visits shared objects once.
 */
function cycleIn(root: unknown, loc: readonly (string | number)[]): readonly (string | number)[] | undefined {
  const done = new Set<object>()
  const ancestors = new Set<object>()
  const open: Opened[] = []
  const enter = (value: unknown, key: string): boolean => {
    if (typeof value !== 'object' || value === null || done.has(value)) return false
    if (ancestors.has(value)) return true
    ancestors.add(value)
    open.push({ value, key, entries: Object.entries(value), next: 0 })
    return false
  }
  enter(root, '')
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const [key, value] = top.entries[top.next] ?? []
    top.next += 1
    if (key === undefined) {
      ancestors.delete(top.value)
      done.add(top.value)
      open.pop()
    } else if (enter(value, key)) {
      return [...loc, ...open.slice(1).map((opened) => opened.key), key].slice(0, MAX_SHOWN)
    }
  }
  return undefined
}

interface Opened {
  readonly value: object
  readonly key: string
  readonly entries: readonly [string, unknown][]
  next: number
}

/** Limits the length of the path in the message. */
const MAX_SHOWN = 20
