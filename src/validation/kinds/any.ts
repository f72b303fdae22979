import { type Check, INVALID, type Run, STRICT } from '../check.js'
import { exactInteger } from '../exact-numbers.js'
import { isInstance, isNotJson, notJson } from '../not-json.js'
import type { AnyPlan } from '../plan/plan.js'
import { setField } from '../record.js'
import { writtenKey } from '../text.js'

/**
 * Any JSON value, deeply copied. `NaN` and the infinities become `null`, as in the response of the service. An integer that
 * JavaScript would round is an error at its place, unless `integers` says otherwise. Uses its own stack, so no depth can overflow the call stack.
 */
export const checkAny: Check<AnyPlan> = (_, input, run) => {
  run.floor(STRICT)
  if (!isContainer(input)) return copyScalar(input, run)
  if (!Array.isArray(input) && isInstance(input)) throw notJson(run.path, input)
  const errorsBefore = run.errorCount
  const root = copying(input)
  const open = [root]
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const key = top.keys[top.next]
    if (key === undefined) {
      open.pop()
      if (open.length > 0) run.path.pop()
      continue
    }
    top.next += 1
    const item: unknown = Reflect.get(top.source, key)
    const place = typeof key === 'string' ? writtenKey(key) : key
    run.path.push(place)
    if (isContainer(item)) {
      if (isNotJson(item) || (!Array.isArray(item) && isInstance(item))) throw notJson(run.path, item)
      const inner = copying(item)
      put(top.target, place, inner.target)
      open.push(inner)
    } else {
      put(top.target, place, copyScalar(item, run))
      run.path.pop()
    }
  }
  return run.errorCount === errorsBefore ? root.target : INVALID
}

/** An array or object being copied. `next` counts the finished keys. */
interface Copying {
  readonly source: object
  readonly target: unknown[] | Record<string, unknown>
  readonly keys: readonly (string | number)[]
  next: number
}

function copying(source: object): Copying {
  return Array.isArray(source)
    ? { source, target: [], keys: [...source.keys()], next: 0 }
    : { source, target: {}, keys: Object.keys(source), next: 0 }
}

function put(target: unknown[] | Record<string, unknown>, key: string | number, value: unknown): void {
  if (Array.isArray(target)) target.push(value)
  else setField(target, String(key), value)
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Number)
}

function copyScalar(scalar: unknown, run: Run): unknown {
  if (isNotJson(scalar)) throw notJson(run.path, scalar)
  if (scalar instanceof Number) return Number(scalar)
  if (typeof scalar === 'bigint') return copyInteger(scalar, run)
  if (typeof scalar === 'number') return Number.isFinite(scalar) ? scalar : null
  return scalar ?? null
}

function copyInteger(integer: bigint, run: Run): unknown {
  const nearest = Number(integer)
  if (run.options.integers === 'bigint') return integer
  if (run.options.integers === 'number' && Number.isFinite(nearest)) return nearest
  return run.fail('int_parsing_size', exactInteger(integer))
}
