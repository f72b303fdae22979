/**
 * Experts are stored in three layouts: one by one (`experts.0.up_proj.weight`), all of a layer fused in one tensor, like in
 * transformers' modules (`experts.gate_up_proj`), or stacked by projection (`switch_mlp.up_proj.weight`, MLX). Tools convert
 * between them, so a checkpoint may use another layout than the family's code, and other names for the projections.
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
    if (expected.has(name)) {
      result.set(name, tensor)
      continue
    }
    const expert = expertOf(name)
    const target = expert ? fusedExperts(expert) : joinedWeight(name)
    if (target !== undefined && expected.has(target)) {
      const sum = fused.get(target) ?? { first: tensor.stored, elements: 0 }
      fused.set(target, { ...sum, elements: sum.elements + elementCount(tensor.shape) })
      continue
    }
    const single = expert && singleExpert(expert, expected)
    if (!single) result.set(inOtherContainer(name, expected) ?? name, tensor)
    else if (expert.index !== undefined) result.set(single(expert.index), tensor)
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

interface Expert {
  /** The name up to `experts.`. */
  readonly prefix: string
  readonly role: Role
  readonly kind: string
  /** Its number, if experts are stored one by one. */
  readonly index?: number
}

const ONE_EXPERT = /^(.*\.|)experts\.(\d{1,9})\.(gate_proj|up_proj|down_proj|w[123])\.(weight|bias)$/
const STACKED_EXPERTS = /^(.*\.|)(?:switch_mlp|experts)\.()(gate_proj|up_proj|down_proj)\.(weight|bias)$/

function expertOf(name: string): Expert | undefined {
  const [, prefix = '', index = '', projection = '', kind = ''] =
    ONE_EXPERT.exec(name) ?? STACKED_EXPERTS.exec(name) ?? []
  const role = ROLES[projection]
  return role && { prefix, role, kind, ...(index !== '' && { index: Number(index) }) }
}

function fusedExperts({ prefix, role, kind }: Expert): string {
  return `${prefix}experts.${role === 'down' ? 'down_proj' : 'gate_up_proj'}${kind === 'bias' ? '_bias' : ''}`
}

/** Tools name the module of the experts and their projections like transformers 5 or like the family's own files. */
const CONTAINERS = ['mlp.', 'block_sparse_moe.', 'feed_forward.']

/** The model's name for one expert's projection: `experts.0.up_proj`, or `experts.0.w3`. */
function singleExpert(
  { prefix, role, kind }: Expert,
  expected: ReadonlyMap<string, Shape>,
): ((index: number) => string) | undefined {
  const parent = prefix.replace(/(?:^|(?<=\.))(?:mlp|block_sparse_moe|feed_forward)\.$/, '')
  for (const own of [prefix, ...CONTAINERS.map((container) => parent + container)]) {
    const projection = Object.keys(ROLES).find(
      (name) => ROLES[name] === role && expected.has(`${own}experts.0.${name}.${kind}`),
    )
    if (projection !== undefined) return (index) => `${own}experts.${index}.${projection}.${kind}`
  }
  return undefined
}

/** The router of experts, in the module that the model has for them. */
function inOtherContainer(name: string, expected: ReadonlyMap<string, Shape>): string | undefined {
  const at = /(?:^|\.)(?:mlp|block_sparse_moe|feed_forward)\.(?=gate\.weight$)/.exec(name)
  if (!at) return undefined
  const parent = name.slice(0, at[0].startsWith('.') ? at.index + 1 : at.index)
  return CONTAINERS.map((container) => `${parent}${container}gate.weight`).find((own) => expected.has(own))
}

/**
 * The weight that a tool splits: MLX halves DeepSeek's `kv_b_proj`, to multiply queries by one half of it, and GPTQModel
 * separates what Phi-3 and GLM-4 keep in one matrix.
 */
function joinedWeight(name: string): string | undefined {
  const [, stem, part = '', kind] = PARTS_OF_WEIGHTS.exec(name) ?? []
  return stem === undefined ? undefined : `${stem}.${WHOLE_OF_PART[part]}.${kind}`
}

const WHOLE_OF_PART: Readonly<Record<string, string>> = {
  embed_q: 'kv_b_proj',
  unembed_out: 'kv_b_proj',
  gate_proj: 'gate_up_proj',
  up_proj: 'gate_up_proj',
  q_proj: 'qkv_proj',
  k_proj: 'qkv_proj',
  v_proj: 'qkv_proj',
}

const PARTS_OF_WEIGHTS = /^(.*)\.(embed_q|unembed_out|gate_proj|up_proj|[qkv]_proj)\.(weight|bias)$/
