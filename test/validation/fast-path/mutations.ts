import { ODD_VALUES } from './values.js'

/** The value with one part of it changed: each part in turn is another value, is missing, or has a stranger beside it. */
export function* mutations(value: unknown, seed = 0): Generator<unknown> {
  let turn = seed
  const odd = (): unknown => ODD_VALUES[turn++ % ODD_VALUES.length]
  yield odd()
  for (const path of pathsOf(value)) {
    yield changed(value, path, (parent, key) => Reflect.set(parent, key, odd()))
    yield changed(value, path, (parent, key) => {
      if (Array.isArray(parent)) parent.push(odd())
      else Reflect.deleteProperty(parent, key)
    })
  }
}

type Path = readonly (string | number)[]

function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  if (typeof value !== 'object' || value === null) return
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    const inner = [...path, key]
    yield inner
    yield* pathsOf(Reflect.get(value, key), inner)
  }
}

function changed(value: unknown, path: Path, change: (parent: object, key: string | number) => void): unknown {
  const copy: unknown = structuredClone(value)
  const parent = path.slice(0, -1).reduce<unknown>((part, key) => Reflect.get(Object(part), key), copy)
  const key = path.at(-1)
  if (typeof parent === 'object' && parent !== null && key !== undefined) change(parent, key)
  return copy
}
