/** How the builder makes new values of what the gate took. */

/**
 * A deep copy of a free value: new containers, `__proto__` as data like any other key, a number that JSON cannot say as `null`.
 * Deeper than the call stack should go, the rest waits in a list, so that no depth overflows it.
 */
export function copyFree(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return copyScalar(value)
  const later: Fill[] = []
  const copy = copyNode(value, 0, later)
  for (let next = later.pop(); next !== undefined; next = later.pop()) fill(next, 0, later)
  return copy
}

/** The fields that `known` does not have, added to it in the order of `source`. */
export function withExtras(known: Record<string, unknown>, source: Record<string, unknown>): Record<string, unknown> {
  for (const key of Object.keys(source)) if (!Object.hasOwn(known, key)) setOwn(known, key, copyFree(source[key]))
  return known
}

/** A list with each item rebuilt. */
export function list(items: readonly unknown[], build: (item: unknown) => unknown): unknown[] {
  const copy = new Array<unknown>(items.length)
  for (let index = 0; index < items.length; index++) copy[index] = build(items[index])
  return copy
}

/** An integer; absent is `null`, and `-0` is 0, as to Python's integers. */
export function integerOrNull(value: number | null | undefined): number | null {
  return value || (value === 0 ? 0 : null)
}

interface Fill {
  readonly source: object
  readonly target: unknown[] | Record<string, unknown>
}

const MAX_CALLS = 200

function copyNode(value: unknown, calls: number, later: Fill[]): unknown {
  if (typeof value !== 'object' || value === null) return copyScalar(value)
  const pair = { source: value, target: Array.isArray(value) ? [] : {} }
  if (calls < MAX_CALLS) fill(pair, calls + 1, later)
  else later.push(pair)
  return pair.target
}

function fill({ source, target }: Fill, calls: number, later: Fill[]): void {
  if (Array.isArray(target)) {
    for (const item of source as readonly unknown[]) target.push(copyNode(item, calls, later))
    return
  }
  const members = source as Readonly<Record<string, unknown>>
  for (const key of Object.keys(members)) setOwn(target, key, copyNode(members[key], calls, later))
}

function copyScalar(value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value
}

function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else target[key] = value
}
