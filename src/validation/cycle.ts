/** @throws TypeError for a value that contains itself, with the place */
export function refuseCycle(value: unknown, loc: readonly (string | number)[]): void {
  const path = cycleIn(value, loc)
  if (path === undefined) return
  throw new TypeError(`\`${path.join('.')}\` is an object that contains itself, which no JSON text can hold`)
}

/**
 * The path to an object that stands inside itself, if there is one. It keeps its own stack, as the value may be nested as deep as
 * memory goes; an object that stands in several places is looked into once.
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

/** A cycle may be longer than anyone reads. */
const MAX_SHOWN = 20
