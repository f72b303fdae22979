import {
  CheckpointError,
  type LinearFeatures,
  type Module,
  type Part,
  type Repeat,
  type Shape,
} from '../architecture/index.js'
import { EMBEDDING_NAME, isEmbeddingName } from './embedding-names.js'
import { type LogicalParameters, logicalParameters, ROUTER_CORRECTION } from './logical-parameters.js'
import type { QuantisationFiles } from './quantisation/quantisation.js'

/**
 * A model derived from its files alone, without a config: the module tree, and how the weights are stored. A tied
 * parameter is stored once, and the files do not say where else it is used.
 */
export interface CheckpointArchitecture {
  readonly root: Module
  readonly storage: LogicalParameters
  /** What cannot be derived from the headers, in sentences. */
  readonly notes: readonly string[]
}

/**
 * Builds the module tree of a checkpoint from its safetensors headers alone. The family may be unknown.
 *
 * Totals and shapes are exact; a quantised weight has its shape before packing. Linear layers are recognised by shape and
 * name: a matrix called `weight` is one, unless its module has the name that transformers' families give to embeddings
 * or to routers without a bias.
 *
 * @param headers - the header of each file of the checkpoint
 * @param files - the files that describe its quantisation, if it has any
 * @throws CheckpointError if two files hold the same tensor
 * @example
 * ```ts
 * const { root } = architectureFromSafetensors([parseSafetensorsHeader(bytes)])
 * ```
 */
export function architectureFromSafetensors(
  headers: Parameters<typeof logicalParameters>[0],
  files: QuantisationFiles = {},
): CheckpointArchitecture {
  const storage = logicalParameters(headers, files)
  const top = branch()
  for (const { name, shape } of storage.parameters) place(top, pathOf(name), shape)
  for (const name of storage.others) if (ROUTER_CORRECTION.test(name)) moduleAt(top, pathOf(name)).isCorrected = true
  return { root: moduleOf(top, [], new Map()), storage, notes: notesOf(storage) }
}

/** Deeper names than any real model has are refused, so that a crafted header cannot exhaust the stack. */
const MAX_DEPTH = 64

function pathOf(name: string): string[] {
  const path = name.split('.')
  if (path.length <= MAX_DEPTH) return path
  throw new CheckpointError(
    'invalid_header',
    `a tensor's name has ${path.length} levels; at most ${MAX_DEPTH} are allowed`,
    {
      place: [`${name.slice(0, 60)}…`],
    },
  )
}

/** The tree of names under construction: parameters and children by name. */
interface Branch {
  readonly parameters: Map<string, Shape>
  readonly children: Map<string, Branch>
  /** Whether it corrects the scores of experts with a buffer. */
  isCorrected: boolean
}

function branch(): Branch {
  return { parameters: new Map(), children: new Map(), isCorrected: false }
}

function place(top: Branch, path: readonly string[], shape: Shape): void {
  moduleAt(top, path).parameters.set(path.at(-1) ?? '', shape)
}

/** The module of a tensor, which is made if there is none. */
function moduleAt(top: Branch, path: readonly string[]): Branch {
  let at = top
  for (const name of path.slice(0, -1)) {
    const next = at.children.get(name) ?? branch()
    at.children.set(name, next)
    at = next
  }
  return at
}

/** Merges identical numbered children into one module: sixty layers of 256 experts become a handful of modules. */
function moduleOf(at: Branch, path: readonly string[], siblings: ReadonlyMap<string, Branch>): Module {
  const children: Record<string, Module> = Object.create(null)
  const numbered: { index: number; module: Module }[] = []
  for (const [name, child] of at.children) {
    const module = moduleOf(child, [...path, name], at.children)
    if (INDEX.test(name)) numbered.push({ index: Number(name), module })
    else children[name] = module
  }
  const linear = linearFeatures(at, path, siblings)
  return {
    type: typeOf(at, path, linear),
    ...(at.parameters.size > 0 && { parameters: fromEntries(at.parameters) }),
    ...(Object.keys(children).length > 0 && { children }),
    ...(numbered.length > 0 && { items: folded(numbered) }),
    ...(linear && { linear }),
    ...partOf(path),
  }
}

const INDEX = /^(?:0|[1-9]\d{0,8})$/

function folded(numbered: readonly { index: number; module: Module }[]): Repeat[] {
  const alike = new Map<string, { indices: number[]; module: Module }>()
  for (const { index, module } of numbered) {
    const signature = JSON.stringify(module)
    const same = alike.get(signature)
    if (same) same.indices.push(index)
    else alike.set(signature, { indices: [index], module })
  }
  for (const { indices } of alike.values()) indices.sort((a, b) => a - b)
  return [...alike.values()]
}

function typeOf(at: Branch, path: readonly string[], linear: LinearFeatures | undefined): string {
  if (linear) return linear.stored
  const weight = at.parameters.get('weight')
  if (!weight) return at.parameters.size > 0 ? 'Module' : 'Container'
  if (weight.length === 1) return 'Norm'
  if (weight.length === 2 && isEmbeddingName(path.at(-1) ?? '')) return 'Embedding'
  return weight.length === 3 ? 'Conv1d' : 'Module'
}

/**
 * GPT-2 and its contemporaries store linear layers transposed, under these names. GPT-BigCode and StarCoder 2 reuse the
 * names for ordinary linear layers: there the bias is as long as the number of rows.
 */
const TRANSPOSED = /^(?:c_attn|c_fc|c_proj|q_attn)$/

function linearFeatures(
  at: Branch,
  path: readonly string[],
  siblings: ReadonlyMap<string, Branch>,
): LinearFeatures | undefined {
  const weight = at.parameters.get('weight')
  const name = path.at(-1) ?? ''
  if (weight?.length !== 2 || isEmbeddingName(name) || isRawRouter(at, name, siblings)) return undefined
  const [rows = 0, columns = 0] = weight
  const bias = at.parameters.get('bias')?.[0]
  const transposed = TRANSPOSED.test(name) && (bias === undefined ? !path.includes('layers') : bias === columns)
  return transposed
    ? { inFeatures: rows, outFeatures: columns, stored: 'Conv1D' }
    : { inFeatures: columns, outFeatures: rows, stored: 'Linear' }
}

/**
 * Some routers are a bare parameter, not a linear layer: the gates of DeepSeek and of models derived from it, next to a
 * score correction or to `shared_experts`; the gates of experts that are fused into one tensor; and gpt-oss's router, which
 * has a bias. Elsewhere a gate is a linear layer, also in ERNIE 4.5, which keeps the correction in `moe_statics`.
 */
function isRawRouter(at: Branch, name: string, siblings: ReadonlyMap<string, Branch>): boolean {
  if (name === 'router') return at.parameters.has('bias')
  if (name !== 'gate') return false
  const fusedExperts = (siblings.get('experts')?.parameters.size ?? 0) > 0
  const corrected = siblings.has('shared_experts') && !siblings.has('moe_statics')
  return at.isCorrected || at.parameters.has('e_score_correction_bias') || corrected || fusedExperts
}

const PARTS: readonly (readonly [RegExp, Part])[] = [
  [/^(?:lm_head|embed_out|output_projection|score|classifier|cls)$/, 'head'],
  [EMBEDDING_NAME, 'embedding'],
  [/^(?:embeddings|embed)$/, 'embedding'],
  [/^(?:self_attn|attn|attention|self_attention|cross_attn|SelfAttention|EncDecAttention|encoder_attn)$/, 'attention'],
  [/^(?:experts|block_sparse_moe|shared_experts?)$/, 'experts'],
  [/^(?:mamba|mixer|linear_attn)$/, 'mamba'],
  [/^(?:mlp|feed_forward|ffn|ff|DenseReluDense|intermediate)$/, 'mlp'],
  [/norm|^ln_/i, 'norm'],
]

function partOf(path: readonly string[]): { part?: Part } {
  const found = PARTS.find(([name]) => name.test(path.at(-1) ?? ''))
  return found ? { part: found[1] } : {}
}

function notesOf({ parameters, others, unknown }: LogicalParameters): string[] {
  const notes: string[] = []
  const flat = parameters.filter(({ isFlat }) => isFlat)
  const guessed = parameters.filter(({ isGuessed }) => isGuessed)
  if (flat.length > 0) {
    const schemes = [...new Set(flat.map(({ scheme }) => scheme))].join(', ')
    notes.push(`${flat.length} weights (${schemes}) have a known size but an unknown shape: it is stored in the data`)
  }
  if (guessed.length > 0)
    notes.push(`assumed 4 bits for ${guessed.length} packed weights: only a config says how many bits they have`)
  if (unknown.length > 0) notes.push(unknownNote(unknown))
  if (others.length > 0)
    notes.push(`${others.length} stored tensors are not parameters (buffers, scales): ${others.slice(0, 3).join(', ')}`)
  if (!parameters.some(({ name }) => /(?:^|\.)(?:lm_head|embed_out)\.weight$/.test(name))) {
    notes.push('no output embedding is stored: either the model has none, or it is tied to the input embedding')
  }
  return notes
}

/** A note on tensors in an unknown storage format, with their size, so that they are never silently ignored. */
export function unknownNote(unknown: LogicalParameters['unknown']): string {
  const bytes = unknown.reduce((sum, each) => sum + each.bytes, 0)
  const names = unknown
    .slice(0, 3)
    .map(({ name }) => name)
    .join(', ')
  const tensors = unknown.length === 1 ? 'tensor' : 'tensors'
  return `not understood: ${bytes} bytes in ${unknown.length} ${tensors} of packed integers (${names}); they are not counted`
}

function fromEntries(parameters: ReadonlyMap<string, Shape>): Record<string, Shape> {
  const record: Record<string, Shape> = Object.create(null)
  for (const [name, shape] of parameters) record[name] = shape
  return record
}
