import { CheckpointError } from './checkpoint-error.js'

/**
 * The module tree of a model, like torch's: the name of each module, its parameters and its children. It is compact: sixty
 * equal layers, or 256 equal experts, are one module with 60 or 256 indices.
 */

/** The shape of a tensor, outermost dimension first: a linear layer's weight is `[out_features, in_features]`. */
export type Shape = readonly number[]

/** The part of a model that a module belongs to. Its descendants belong to the same part, unless they state another. */
export type Part =
  | 'embedding'
  | 'attention'
  | 'mlp'
  | 'experts'
  | 'mamba'
  | 'recurrence'
  | 'norm'
  | 'head'
  | 'other'
  | Tower

/**
 * A part beside the language model: an encoder of images, an encoder or generator of sound, or what connects it to the
 * language model.
 */
export type Tower = (typeof TOWERS)[number]

const TOWERS = ['vision', 'audio', 'projector'] as const

/** Whether a part stands beside the language model. All of its modules belong to it, whatever they state. */
export function isTower(part: string | undefined): part is Tower {
  return TOWERS.some((tower) => tower === part)
}

/** One module: a leaf with its own parameters, a container of named children, or a list of numbered children. */
export interface Module {
  /** Its class in torch or in the family: `Linear`, `RMSNorm`, `LlamaDecoderLayer`. */
  readonly type: string
  /** Its own parameters by name, without those of its children. */
  readonly parameters?: Readonly<Record<string, Shape>>
  /** Its tied parameters: for each, the full name of the parameter that it shares. */
  readonly ties?: Readonly<Record<string, string>>
  /** For a module that is shared under a second name: the full name of the original. */
  readonly sharedWith?: string
  /** Its named children, in the order in which its class makes them, which is that of `model.parameters()`. */
  readonly children?: Readonly<Record<string, Module>>
  /** Its numbered children, like in torch's ModuleList: `items.0`, `items.1`, … */
  readonly items?: readonly Repeat[]
  /** Set if the module is an `nn.Linear` or a transformers `Conv1D`. */
  readonly linear?: LinearFeatures
  /** The part that it and its descendants belong to. */
  readonly part?: Part
  /** Set if the module holds routed experts: how many of them one token uses. */
  readonly routed?: RoutedExperts
  /** Set if the module keeps a state for each sequence, whatever its length, instead of a cache for each token. */
  readonly state?: RecurrentState
}

/** What a recurrent block keeps for each sequence: a state-space model, linear attention, or a convolution over time. */
export interface RecurrentState {
  /** The last inputs of the convolution; absent if the block has none. */
  readonly convolution?: { readonly channels: number; readonly kernel: number }
  /** Elements of the recurrent state itself; 0 for a block that is only a convolution. */
  readonly elements: number
}

/** A module that is repeated at several indices of a list. */
export interface Repeat {
  readonly indices: readonly number[]
  readonly module: Module
}

/** The sizes of a linear layer, independent of how its weight is stored. */
export interface LinearFeatures {
  readonly inFeatures: number
  readonly outFeatures: number
  /** A `Conv1D` stores its weight transposed: `[in_features, out_features]`. */
  readonly stored: 'Linear' | 'Conv1D'
}

/** How many of the routed experts in a module one token uses. */
export interface RoutedExperts {
  readonly experts: number
  readonly expertsPerToken: number
}

/** Children by name. A child that is `undefined` is left out, so an optional module needs only one line. */
export type Children = Readonly<Record<string, Module | undefined>>

/** Properties of a container besides its children. */
export type ContainerOptions = Pick<Module, 'parameters' | 'ties' | 'part' | 'routed' | 'state'>

/**
 * A module with named children.
 *
 * @example
 * ```ts
 * container('LlamaMLP', { gate_proj: linear(4096, 11008), down_proj: linear(11008, 4096) })
 * ```
 */
export function container(type: string, children: Children, options: ContainerOptions = {}): Module {
  const present: Record<string, Module> = {}
  for (const [name, module] of Object.entries(children)) if (module !== undefined) present[name] = module
  return { type, ...options, children: present }
}

/** A list of `count` equal modules. */
export function repeated(count: number, module: Module, options: ContainerOptions = {}): Module {
  return { type: 'ModuleList', ...options, items: count > 0 ? [{ indices: range(count), module }] : [] }
}

/**
 * A list of `count` modules of several kinds.
 *
 * @param kindOf - the kind of the module at an index; equal kinds share one module
 * @param moduleOf - builds the module of a kind, once
 * @example
 * ```ts
 * // Every fourth layer has full attention, the others have a window.
 * listOf(32, (index) => (index % 4 === 3 ? 'full' : 'sliding'), (kind) => decoderLayer(config, kind))
 * ```
 */
export function listOf<Kind extends string | number | boolean>(
  count: number,
  kindOf: (index: number) => Kind,
  moduleOf: (kind: Kind) => Module,
): Module {
  const indicesOf = new Map<Kind, number[]>()
  for (const index of range(count)) {
    const kind = kindOf(index)
    const indices = indicesOf.get(kind)
    if (indices) indices.push(index)
    else indicesOf.set(kind, [index])
  }
  const items = [...indicesOf].map(([kind, indices]) => ({ indices, module: moduleOf(kind) }))
  return { type: 'ModuleList', items }
}

/** The same, where the module of a kind is built from the first index that has it. */
export function listOfAlike(
  count: number,
  kindOf: (index: number) => string,
  moduleAt: (index: number) => Module,
): Module {
  const first = new Map<string, number>()
  for (const index of range(count)) if (!first.has(kindOf(index))) first.set(kindOf(index), index)
  return listOf(count, kindOf, (kind) => moduleAt(first.get(kind) ?? 0))
}

/**
 * A module with a tied parameter, such as an output embedding that shares the input embedding's weight.
 *
 * @example
 * ```ts
 * tied(linear(hiddenSize, vocabSize), { weight: 'model.embed_tokens.weight' })
 * ```
 */
export function tied(module: Module, ties: Readonly<Record<string, string>>): Module {
  return { ...module, ties: { ...module.ties, ...ties } }
}

/** A module that shares all parameters with the module called `name`, such as a block that several layers share. */
export function sharing(module: Module, name: string): Module {
  const { parameters, children, items } = module
  const ties = Object.keys(parameters ?? {}).map((parameter) => [parameter, `${name}.${parameter}`])
  const shared = Object.entries(children ?? {}).map(([key, child]) => [key, sharing(child, `${name}.${key}`)])
  const elements = items?.flatMap(({ indices, module: item }) =>
    indices.map((index) => ({ indices: [index], module: sharing(item, `${name}.${index}`) })),
  )
  return {
    ...module,
    sharedWith: name,
    ...(parameters && { ties: Object.fromEntries(ties) }),
    ...(children && { children: Object.fromEntries(shared) }),
    ...(elements && { items: elements }),
  }
}

/** The same module in another place of a model: the names of the parameters that it shares begin with `to` instead of `from`. */
export function movedTies(module: Module, from: string, to: string): Module {
  const moved = (name: string): string => (name.startsWith(from) ? to + name.slice(from.length) : name)
  const { ties, sharedWith, children, items } = module
  const names = Object.entries(ties ?? {}).map(([name, shared]) => [name, moved(shared)])
  const named = Object.entries(children ?? {}).map(([name, child]) => [name, movedTies(child, from, to)])
  return {
    ...module,
    ...(ties && { ties: Object.fromEntries(names) }),
    ...(sharedWith !== undefined && { sharedWith: moved(sharedWith) }),
    ...(children && { children: Object.fromEntries(named) }),
    ...(items && { items: items.map((item) => ({ ...item, module: movedTies(item.module, from, to) })) }),
  }
}

/** The module as a part beside the language model. */
export function tower(part: Tower, module: Module): Module {
  return { ...module, part }
}

/**
 * The integers from 0 to `count - 1`.
 *
 * @throws CheckpointError `invalid_field` for a list longer than any model has, before it fills the memory
 */
export function range(count: number): number[] {
  if (count > MOST_MODULES) {
    const found = `The config describes a list of ${count} modules`
    throw new CheckpointError('invalid_field', `${found}; at most ${MOST_MODULES} are allowed`)
  }
  return Array.from({ length: count }, (_, index) => index)
}

/** Far more than the layers of any model, or the experts of any layer. */
const MOST_MODULES = 100_000
