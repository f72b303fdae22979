/**
 * Experts are stored in three layouts: one by one (`experts.0.up_proj.weight`), all of a layer fused in one tensor, like in
 * transformers' modules (`experts.gate_up_proj`), or stacked by projection (`switch_mlp.up_proj.weight`, MLX). Tools convert
 * between them, so a checkpoint may use another layout than the family's code.
 */
import type { Shape } from '../architecture/index.js'
import { elementCount } from './quantisation/stored-weight.js'

/** A stored tensor, to be listed under the name that the model may use for it. */
export interface FoundTensor {
  /** The name in the file. */
  readonly stored: string
  readonly shape: Shape
  /** Whether only the number of elements is known, not the shape. */
  readonly isFlat: boolean
  /** Whether it is quantised: tools store some quantised weights transposed. */
  readonly isQuantised: boolean
}

/** Converts the expert tensors to the layout that the model expects. All other tensors stay as they are. */
export function expertsAsExpected(
  found: ReadonlyMap<string, FoundTensor>,
  expected: ReadonlyMap<string, Shape>,
): ReadonlyMap<string, FoundTensor> {
  const result = new Map<string, FoundTensor>()
  const fused = new Map<string, { first: string; elements: number }>()
  for (const [name, tensor] of found) {
    const expert = expected.has(name) ? undefined : expertOf(name)
    if (!expert) {
      result.set(name, tensor)
      continue
    }
    const { prefix, role, kind, isStacked } = expert
    const target = `${prefix}experts.${role === 'down' ? 'down_proj' : 'gate_up_proj'}${kind === 'bias' ? '_bias' : ''}`
    const single = isStacked ? singleExpert(prefix, role, kind, expected) : undefined
    if (expected.has(target)) {
      const sum = fused.get(target) ?? { first: tensor.stored, elements: 0 }
      fused.set(target, { ...sum, elements: sum.elements + elementCount(tensor.shape) })
    } else if (single === undefined) result.set(name, tensor)
    else {
      const [experts = 0, ...shape] = tensor.shape
      for (let at = 0; at < Math.min(experts, MAX_EXPERTS); at++) result.set(single(at), { ...tensor, shape })
    }
  }
  for (const [target, { first, elements }] of fused)
    result.set(target, { stored: first, shape: [elements], isFlat: true, isQuantised: false })
  return result
}

/** Far more than any layer has. The limit keeps a crafted header from creating millions of names. */
const MAX_EXPERTS = 4096

type Role = 'gate' | 'up' | 'down'

const ROLES: Readonly<Record<string, Role>> = {
  gate_proj: 'gate',
  up_proj: 'up',
  down_proj: 'down',
  w1: 'gate',
  w3: 'up',
  w2: 'down',
}

const ONE_EXPERT = /^(.*\.|)experts\.\d+\.(gate_proj|up_proj|down_proj|w[123])\.(weight|bias)$/
const STACKED_EXPERTS = /^(.*\.|)(?:switch_mlp|experts)\.(gate_proj|up_proj|down_proj)\.(weight|bias)$/

function expertOf(name: string): { prefix: string; role: Role; kind: string; isStacked: boolean } | undefined {
  const one = ONE_EXPERT.exec(name)
  const [, prefix = '', projection = '', kind = ''] = one ?? STACKED_EXPERTS.exec(name) ?? []
  const role = ROLES[projection]
  return role && { prefix, role, kind, isStacked: one === null }
}

/** The model's name for one expert's projection: `experts.0.up_proj`, or `experts.0.w3`. */
function singleExpert(
  prefix: string,
  role: Role,
  kind: string,
  expected: ReadonlyMap<string, Shape>,
): ((index: number) => string) | undefined {
  const projection = Object.keys(ROLES).find(
    (name) => ROLES[name] === role && expected.has(`${prefix}experts.0.${name}.${kind}`),
  )
  return projection === undefined ? undefined : (index) => `${prefix}experts.${index}.${projection}.${kind}`
}
