import { CheckpointError } from './checkpoint-error.js'

/**
 * The module tree of a model, as torch has it: what each module is called, which parameters it owns and what it contains.
 * Held compactly: sixty equal layers, or 256 equal experts, are one module with sixty, or 256, indices.
 */

/** The shape of a tensor, outermost dimension first: a linear layer's weight is `[out_features, in_features]`. */
export type Shape = readonly number[]

/** The part of a model that a module belongs to; what lies inside it belongs there too, unless it says otherwise. */
export type Part = 'embedding' | 'attention' | 'mlp' | 'experts' | 'mamba' | 'recurrence' | 'norm' | 'head' | 'other'

/** One module: a leaf with parameters of its own, a container of named children, or a list of numbered ones. */
export interface Module {
  /** What torch or the family calls it: `Linear`, `RMSNorm`, `LlamaDecoderLayer`. */
  readonly type: string
  /** Its own parameters by name: those of its children are theirs. */
  readonly parameters?: Readonly<Record<string, Shape>>
  /** Those of its own parameters that are another one under a second name: the full name of that other. */
  readonly ties?: Readonly<Record<string, string>>
  /** Set where the module is another one under a second name, as torch counts it: the full name of that other. */
  readonly sharedWith?: string
  /** Its named children, in the order of the forward pass. */
  readonly children?: Readonly<Record<string, Module>>
  /** Its numbered children, as in torch's ModuleList: `items.0`, `items.1`, … */
  readonly items?: readonly Repeat[]
  /** Set where the module is an `nn.Linear` or a transformers `Conv1D`. */
  readonly linear?: LinearFeatures
  /** The part that it and its descendants belong to. */
  readonly part?: Part
  /** Set where the module holds routed experts: how many of them one token uses. */
  readonly routed?: RoutedExperts
}

/** A module that stands at each of several indices of a list. */
export interface Repeat {
  readonly indices: readonly number[]
  readonly module: Module
}

/** What a linear layer maps, whichever way its weight is stored. */
export interface LinearFeatures {
  readonly inFeatures: number
  readonly outFeatures: number
  /** A `Conv1D` keeps its weight transposed: `[in_features, out_features]`. */
  readonly stored: 'Linear' | 'Conv1D'
}

/** How many of the routed experts in a module one token uses. */
export interface RoutedExperts {
  readonly experts: number
  readonly expertsPerToken: number
}

/** Children by name. One that is `undefined` is left out, so that an optional module takes one line. */
export type Children = Readonly<Record<string, Module | undefined>>

/** Properties of a container besides its children. */
export type ContainerOptions = Pick<Module, 'parameters' | 'ties' | 'part' | 'routed'>

/**
 * A module made of others.
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

/** A list of `count` modules that are all alike. */
export function repeated(count: number, module: Module, options: ContainerOptions = {}): Module {
  return { type: 'ModuleList', ...options, items: count > 0 ? [{ indices: range(count), module }] : [] }
}

/**
 * A list of `count` modules of which some are alike.
 *
 * @param kindOf - the kind of the module at an index; equal kinds share one module
 * @param moduleOf - builds the module of a kind, once
 * @example
 * ```ts
 * // Every fourth layer attends to everything, the others through a window.
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

/**
 * A module with a parameter that is another one: the output embedding that is the input's.
 *
 * @example
 * ```ts
 * tied(linear(hiddenSize, vocabSize), { weight: 'model.embed_tokens.weight' })
 * ```
 */
export function tied(module: Module, ties: Readonly<Record<string, string>>): Module {
  return { ...module, ties: { ...module.ties, ...ties } }
}

/** A module all of whose parameters are those of the module called `name`: a block that several layers share. */
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

/**
 * The integers from 0 up to, and without, `count`.
 *
 * @throws CheckpointError `invalid_field` for a list longer than any model has, before it fills the memory
 */
export function range(count: number): number[] {
  if (count > MOST_MODULES) {
    const found = `The config asks for a list of ${count} modules`
    throw new CheckpointError('invalid_field', `${found}, and should ask for ${MOST_MODULES} at most`)
  }
  return Array.from({ length: count }, (_, index) => index)
}

/** Far more than any model has layers, or a layer has experts. */
const MOST_MODULES = 100_000
