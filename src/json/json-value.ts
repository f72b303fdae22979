import type { JsonNode, JsonNumber } from './json-node.js'

/**
 * The plain value of a node: what `JSON.parse` would make of its text, save that an integer beyond 2^53 - 1 is a
 * `bigint`. The last of duplicate keys wins and stands where the first stood, as in a Python dict; `__proto__` is a key
 * like any other. It keeps its own stack, so that no depth can overflow the caller's.
 *
 * @param numberOf - what to make of a number; the default is its value
 */
export function jsonValue(node: JsonNode, numberOf: (number: JsonNumber) => unknown = plainNumber): unknown {
  const root: unknown[] = []
  const pending: Pending[] = [{ node, target: root, key: 0 }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    put(next.target, next.key, plainValue(next.node, numberOf, pending))
  }
  return root[0]
}

function plainNumber({ value }: JsonNumber): number | bigint {
  return value
}

/** A node whose value is still to be put into an object or array. */
interface Pending {
  readonly node: JsonNode
  readonly target: object
  readonly key: string | number
}

/** A scalar's value, or a container whose contents are added to what is pending. */
function plainValue(node: JsonNode, numberOf: (number: JsonNumber) => unknown, pending: Pending[]): unknown {
  switch (node.kind) {
    case 'null':
      return null
    case 'array': {
      const items: unknown[] = new Array(node.items.length).fill(null)
      node.items.forEach((item, index) => {
        pending.push({ node: item, target: items, key: index })
      })
      return items
    }
    case 'object': {
      const fields = {}
      const last = new Map<string, JsonNode>()
      for (const { key, value } of node.entries) last.set(key, value)
      for (const [key, value] of last) {
        put(fields, key, null)
        pending.push({ node: value, target: fields, key })
      }
      return fields
    }
    case 'number':
      return numberOf(node)
    default:
      return node.value
  }
}

function put(target: object, key: string | number, value: unknown): void {
  // An assignment to `__proto__` would change the prototype in place of adding a field.
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
  } else {
    Reflect.set(target, key, value)
  }
}
