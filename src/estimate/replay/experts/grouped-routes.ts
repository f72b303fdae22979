import type { GroupedArrays } from '../arrays/grouped-arrays.js'
import type { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'

/** What a router returns: the logits of all experts, and the weights and indices of those that a token uses. */
export interface GroupedRoutes {
  readonly logits: Shaped
  readonly weights: Shaped
  readonly indices: Shaped
}

/** What a router returns, when the variables of its function are gone. */
export function returned({ tape }: GroupedArrays, f: Names): GroupedRoutes {
  const kept = (name: string): Shaped => ({ ...tape.alias(f.get(name)), layout: f.get(name).layout, isNamed: false })
  const routes = { logits: kept('logits'), weights: kept('weights'), indices: kept('indices') }
  f.free()
  return routes
}
