import type { EagerAttention, Norm } from '../forward/index.js'
import type { Count } from './count.js'
import type { WrittenBlock } from './written.js'

/** Statements in the order of the code. */
export type Steps = readonly Step[]

/** A statement: a variable gets a value or is deleted, a function returns, or layers run. What a variable held before is freed. */
export type Step =
  | Assignment
  | Split
  | EachPart
  | { readonly drop: string }
  | { readonly give: Value }
  | Loop
  /** Statements that run in training alone. */
  | { readonly trains: readonly Exclude<Step, { readonly give: Value }>[] }

/** A variable gets a value. */
export interface Assignment {
  readonly let: string
  readonly be: Value
}

/** A tensor is split into parts, which are views with one variable each. Their gradients are concatenated. */
export interface Split {
  readonly split: Value
  readonly into: readonly string[]
  /** Default: equal parts. */
  readonly sizes?: readonly Count[]
}

/** The same steps on each of so many equal parts of a tensor, one after another. Variables last from one part to the next. */
export interface EachPart {
  readonly parts: Value
  readonly count: Count
  /** If given, `count` are rows, and each part has so many of them, or the rest: `rows` in the counts of its steps. */
  readonly most?: number
  /** The variable that is a part, a view. */
  readonly as: string
  /** The list of what the steps give. */
  readonly into: string
  readonly steps: Steps
}

/** A list of layers, which run one after another on the same variable. */
export interface Loop {
  /** The path of the list. */
  readonly each: string
  /** Whether no layer is ever recomputed, since their class does not support it. Default: no. */
  readonly isKept?: boolean
  /** The variable that each layer reads and replaces. */
  readonly carries: string
  /**
   * How the code hands it to a layer. A reentrant checkpoint sees what comes by position alone: what comes by keyword gets no gradient
   * from it. Default: by position.
   */
  readonly carriesBy?: 'keyword'
  /** Variables that each layer gets as well, under the same names. A recomputed layer keeps them. */
  readonly given?: readonly string[]
  /** Those among them that it gets by keyword, which a reentrant checkpoint holds until all of backward is done. Default: none. */
  readonly keywords?: readonly string[]
  /** Variables of the first layer that all later ones get as well. */
  readonly shares?: readonly string[]
  /** A variable that the code makes before each layer, which gets it. */
  readonly makes?: Assignment
  /** The variables that the inputs of layers, and the last output, are held in: `state0`, `state1`, … of `state`. Default: none. */
  readonly keeps?: string
  /** Whether the inputs of layers are returned beside the result, as memories, and in which runs. Default: no. */
  readonly remembers?: 'always' | 'in inference'
  /** Variables of a layer that it returns beside its output: they live until the next layer has returned. */
  readonly returns?: readonly string[]
  /** The first layer whose output nothing depends on. Default: none. */
  readonly unusedFrom?: number
  /** Whether transformers never recomputes these layers. Default: no. */
  readonly keepsLayers?: boolean
  /** Steps behind some layers, by their indices. */
  readonly behind?: Readonly<Partial<Record<number, Steps>>>
  /** The steps of a layer, for each kind of layers. */
  readonly kinds: readonly Steps[]
  /** The kind of each layer. Default: the first. */
  readonly kindOf?: readonly number[]
  /** The layers that run, by their indices in the list, if some run more than once. Default: each once. */
  readonly runs?: readonly number[]
}

/** A tensor: a variable, or the result of an operation, which is freed after its use. */
export type Value = string | Operation

/** An operation. Modules are named from the module that the steps belong to. */
export type Operation =
  | Lookup
  | { readonly op: 'linear'; readonly module: string; readonly of: Value }
  | { readonly op: 'convolution'; readonly module: string; readonly of: Value; readonly count: Count }
  /** A norm without a weight says how many features it normalises together. */
  | { readonly op: 'norm'; readonly kind: Norm; readonly module: string; readonly of: Value; readonly size?: number }
  | { readonly op: 'activation'; readonly name: string; readonly of: Value }
  | { readonly op: 'add' | 'addInPlace' | 'multiply'; readonly of: readonly [Value, Value] }
  | { readonly op: 'view' | 'exchange' | 'copy' | 'reorder' | 'wide' | 'narrow' | 'own'; readonly of: Value }
  /** The product with a number, or with a tensor that has no gradient; the code may compute it for eager attention alone. */
  | { readonly op: 'scale'; readonly of: Value; readonly by?: Value; readonly isForEager?: boolean }
  /** The product with a number, in place. */
  | { readonly op: 'scaleInPlace'; readonly of: Value }
  /** A copy in another order of memory where there is more than one sequence; the same tensor if there is one. */
  | { readonly op: 'reorderSequences'; readonly of: Value }
  /** Half of the features, times the sigmoid of the others (`glu`). */
  | { readonly op: 'gatedHalves'; readonly of: Value }
  /** Zeros around it, in a copy: so many elements with them. */
  | { readonly op: 'pad'; readonly of: Value; readonly count: Count }
  /** A copy in the order of memory that a kernel makes for itself, among the temporary bytes. */
  | { readonly op: 'scratch'; readonly of: Value }
  /** A copy with a part of it set to zero, in training mode. */
  | { readonly op: 'dropout'; readonly of: Value }
  /** The product of two matrices, the second one transposed. */
  | { readonly op: 'product'; readonly of: readonly [Value, Value]; readonly count: Count }
  | { readonly op: 'part' | 'expand' | 'sum' | 'mean'; readonly of: Value; readonly count: Count }
  /** The first tokens, as a view, if others pad them. */
  | { readonly op: 'unpadded'; readonly of: Value; readonly count: Count }
  /** A longer tensor without a gradient, if padding makes it longer. */
  | { readonly op: 'padded'; readonly of: Value; readonly count: Count }
  /** A copy in the dtype of a variable, if it has another one. */
  | { readonly op: 'like'; readonly of: Value; readonly as: string }
  /** A copy in the dtype of the weight of a layer, if it has another one and is not packed. */
  | { readonly op: 'likeWeight'; readonly of: Value; readonly module: string }
  /**
   * What keeps numbers of float16 finite, where they are of it: a clamp (`bounded`), one whose bounds depend on whether any is infinite (`checked`),
   * or only the question whether any is, or is none at all (`asked`).
   */
  | { readonly op: 'finite'; readonly of: Value; readonly how: 'bounded' | 'checked' | 'asked' }
  /** Tensors in one, which the code may do for a fused kernel of attention alone: otherwise the first of them. */
  | { readonly op: 'concat'; readonly of: readonly Value[]; readonly isForFused?: boolean }
  /** A list in one tensor. The list ends, unless it is held. */
  | { readonly op: 'joined'; readonly list: string; readonly isHeld?: boolean }
  /** Rows of one of so many tables that a parameter stacks, by places that are a tensor. */
  | {
      readonly op: 'tableRows'
      readonly parameter: string
      readonly tables: number
      readonly by: Value
      readonly count: Count
    }
  /** Sums of rows of a parameter, in bags of as many, with a share of each. */
  | {
      readonly op: 'bags'
      readonly parameter: string
      readonly by: Value
      readonly shares: Value
      readonly bags: Count
      readonly count: Count
    }
  /** Rows added in place to a tensor without a gradient, by a variable with their places. */
  | { readonly op: 'addRows'; readonly into: Value; readonly of: Value; readonly by: string }
  /** No less and no more than two numbers, which are buffers. */
  | { readonly op: 'clamp'; readonly of: Value }
  /** Elements of two tensors of one size, by a mask. */
  | { readonly op: 'choose'; readonly of: readonly [Value, Value]; readonly mask: string }
  /** A copy with a number where a mask says so. */
  | { readonly op: 'masked'; readonly of: Value; readonly mask: Value }
  /** Neighbouring patches side by side (`unfold`). CUDA makes what they are of contiguous, in both directions. */
  | { readonly op: 'unfold'; readonly of: Value }
  /** Gets a gradient of its own where the input embeddings do. */
  | { readonly op: 'alsoInput'; readonly of: Value }
  /** A parameter of the module that the steps belong to. */
  | { readonly op: 'parameter'; readonly name: string }
  /** Gets a gradient of its own, where layers are recomputed or always. */
  | { readonly op: 'variable'; readonly of: Value; readonly isAlways?: boolean }
  | Make
  | Input
  | Rotate
  | Scatter
  /** An image of another size, between the neighbours of each element (`interpolate`). */
  | { readonly op: 'resize'; readonly of: Value; readonly count: Count }
  /** Elements between those of a table, by places in it (`grid_sample`). */
  | { readonly op: 'sample'; readonly of: Value; readonly by: Value; readonly count: Count }
  /** The means of neighbouring patches (`avg_pool2d`), which keep what they are of. */
  | { readonly op: 'pool'; readonly of: Value; readonly count: Count }
  /** The product with a parameter, once for each of so many parts: the gradient of the parameter is summed over them. */
  | { readonly op: 'times'; readonly of: Value; readonly by: string; readonly parts: Count }
  /** Rows by a mask, or a tensor with rows put in the places of a mask. */
  | { readonly op: 'pick'; readonly of: Value; readonly mask: string; readonly count: Count }
  | { readonly op: 'put'; readonly into: Value; readonly mask: string; readonly of: Value }
  /** A copy of a tensor with rows in places that a tensor has (`index_put`). */
  | { readonly op: 'placed'; readonly into: Value; readonly of: Value; readonly by: string }
  /** Rows in another order, or a choice of them, by places that are on the CPU or in a tensor. */
  | { readonly op: 'rows'; readonly of: Value; readonly count: Count; readonly by?: Value }
  /** What a mask selects, outside of the graph: code that counts it makes it. */
  | { readonly op: 'selected'; readonly of: Value; readonly count: Count }
  | AttentionCall
  | Written
  | { readonly op: 'entropy'; readonly of: Value; readonly labels?: Value }
  /** The cross entropy of a float32 copy of logits, with labels that the code shifts by one token (`ForCausalLMLoss`). */
  | { readonly op: 'shiftedEntropy'; readonly of: Value }
  /** The mean squared error, or the mean of the binary cross entropies of all logits. */
  | { readonly op: 'squaredError' | 'binaryEntropy'; readonly of: Value }
  | Call

/** Rows of an embedding. */
export interface Lookup {
  readonly op: 'lookup'
  readonly module: string
  readonly rows: Count
  /** Whether these are the input embeddings, whose output may be told to have gradients. */
  readonly isInput?: boolean
  /** Whether the code adds to it in place, which torch refuses if it was told to have gradients. Default: no. */
  readonly isAddedTo?: boolean
  /** The indices, if they are a tensor of their own, which is saved. */
  readonly by?: Value
}

/** A new tensor without a history: positions, masks. */
export interface Make {
  readonly op: 'make'
  readonly count: Count
  /**
   * `model` are the parameters, `compute` what layers compute in: under autocast they differ. `mask` is a mask of booleans, and for eager
   * attention of numbers as wide as the parameters. `buffer` are the buffers, which differ from the parameters of prepared packed weights.
   */
  readonly type: 'int64' | 'int32' | 'float32' | 'bool' | 'model' | 'compute' | 'mask' | 'buffer'
  /** The variable whose dtype it has, in place of `type`: what adapters and norms give under autocast depends on them. */
  readonly like?: string
  /** Whether only eager attention needs it. */
  readonly isForEager?: boolean
  /** Whether only a step with labels needs it. */
  readonly isForLabels?: boolean
}

/** An input of the batch, which is counted among the buffers. */
export interface Input {
  readonly op: 'input'
  readonly count: Count
  readonly type: 'int64' | 'float32' | 'bfloat16' | 'model'
}

/** `x * cos + rotate_half(x) * sin`, with the names of the tables. */
export interface Rotate {
  readonly op: 'rotate'
  readonly of: Value
  readonly by: readonly [cos: string, sin: string]
}

/** `into.masked_scatter(mask, of)`: the tensor with vectors in the places of a mask. */
export interface Scatter {
  readonly op: 'scatter'
  readonly into: Value
  readonly mask: string
  readonly of: Value
}

/** Attention of queries to keys and values, by the kernel that the estimate is asked for. */
export interface AttentionCall {
  readonly op: 'attention'
  readonly of: readonly [query: Value, key: Value, value: Value]
  readonly heads: number
  /** Heads of keys and values. Default: as many. */
  readonly kvHeads?: number
  readonly headDim: number
  /** Sequences, and the tokens of each. Default: those of the batch. */
  readonly batch?: Count
  readonly queries?: Count
  readonly keys?: Count
  /**
   * How often the code runs the kernel, for a part of queries, keys and values each time. It joins the outputs in a copy, and holds them until
   * it returns. Default: once, for all.
   */
  readonly runs?: Count
  /** How eager attention is written. */
  readonly eager?: EagerAttention
  /** Whether eager attention fills in its scores where a mask of the keys says so, which it makes. Default: no. */
  readonly fillsPadding?: boolean
  /** What eager attention adds to its scores. */
  readonly mask?: Value
  /** What every other kernel adds to its scores; then torch has no flash attention. */
  readonly bias?: Value
  /** The share of the weights that is set to zero in training mode. Only eager attention keeps something for it. Default: 0. */
  readonly dropout?: number
  /** Whether every kernel gets the mask, which flash attention does not support. */
  readonly isMaskForAll?: boolean
  /** Whether the mask is of booleans, of which other kernels than the eager one make numbers each time. Default: no. */
  readonly isMaskBoolean?: boolean
  /** Whether the mask has one row, which all queries share: autocast copies no more than it. */
  readonly isMaskOfKeys?: boolean
  /** Whether the kernel gets a copy of the mask whose rows are whole multiples of 8 elements, as CUDA's does. Default: no. */
  readonly alignsMask?: boolean
  /** Whether keys and values are cached where the estimate is of inference. */
  readonly caches?: boolean
  /** Whether queries come in the memory order of their heads, so that the output is copied into that of the tokens. */
  readonly exchanged?: boolean
  /** Whether attention is always eager. */
  readonly isEager?: boolean
  /**
   * Whether the layer returns the weights of eager attention, which live until the next layer has returned, or holds them itself, or the
   * module that the call is in holds them.
   */
  readonly returnsWeights?: boolean | 'layer' | 'module'
}

/** The rest of a module that is written over arrays, with their memory order: it reads variables by their names. */
export interface Written {
  readonly op: 'written'
  readonly block: WrittenBlock
}

/** A function or a module, with variables of its own. A module holds its arguments until it returns. */
export interface Call {
  readonly op: 'call'
  readonly steps: Steps
  /** The module that its steps belong to. */
  readonly at?: string
  readonly with: Readonly<Record<string, Value>>
  /** Whether no gradient depends on it, so that what it saves for one is freed with its result. Default: no. */
  readonly isIdle?: boolean
}
