import type { JsonNode, JsonNumber } from './json-node.js'

/**
 * The plain value of a node, like `JSON.parse`, except that an integer beyond 2^53 - 1 is a `bigint`. The last duplicate of
 * a key wins and keeps the position of the first, as in a Python dict. `__proto__` is an ordinary key. Uses its own stack,
 * so no depth can overflow the call stack.
 *
 * @param numberOf - converts a number node. Default: its value
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

/** A node whose value must still be added to an object or array. */
interface Pending {
  readonly node: JsonNode
  readonly target: object
  readonly key: string | number
}

/** The value of a scalar, or a container whose contents are added to the pending nodes. */
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
  // An assignment to `__proto__` would change the prototype instead of adding a field.
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
  } else {
    Reflect.set(target, key, value)
  }
}
