import type { Shape } from '../architecture/index.js'
import type { GenericSizes } from './generic-sizes.js'
import type { LogicalParameters } from './logical-parameters.js'
import { elementCount } from './quantisation/stored-weight.js'

/** Sizes of a model of an unknown family that the names and shapes of its tensors show. */
export interface StoredSizes {
  readonly layers?: number
  readonly hiddenSize?: number
  readonly vocabSize?: number
  readonly kvHeads?: number
  readonly ffnSize?: number
  readonly gatedMlp?: boolean
  /** The output embedding, if it is stored. */
  readonly head?: { readonly name: string; readonly elements: number }
  readonly expertLayers: number
  readonly expertFfnSize?: number
  readonly sharedExperts: number
  readonly hasAttention: boolean
  readonly hasStateSpaces: boolean
}

/**
 * Derives sizes from stored tensors. Only what shapes prove is returned: an MLP is gated if two matrices of equal width, or one
 * of double width, feed its last matrix.
 *
 * @param stated - the sizes that the config states; shapes are compared with them
 */
export function storedSizes({ parameters }: LogicalParameters, stated: GenericSizes): StoredSizes {
  const matrices = parameters.filter(({ isFlat, name }) => !isFlat && name.endsWith('.weight'))
  const stack = largestStack(parameters)
  const inStack = matrices.filter(({ name }) => stack !== undefined && name.startsWith(stack.prefix))
  const embedding = inputEmbedding(matrices, stack)
  const [vocabSize, embeddingWidth] = embedding?.shape ?? []
  // Embeddings may be narrower than the layers, as in ELECTRA.
  const hiddenSize = inStack.find(({ name }) => QUERY.test(name) || ALL_THREE.test(name))?.shape[1]
  const width = stated.hiddenSize ?? (hiddenSize === embeddingWidth ? hiddenSize : undefined)
  const head = matrices.find(({ name, shape }) => HEAD.test(name) && shape.length === 2 && shape[0] === vocabSize)
  const kvHeads = keyValueHeads(inStack, { ...stated, ...(width !== undefined && { hiddenSize: width }) })
  return {
    ...(stack && { layers: stack.layers.size }),
    ...(width !== undefined && { hiddenSize: width }),
    ...(vocabSize !== undefined && { vocabSize }),
    ...(kvHeads !== undefined && { kvHeads }),
    ...(head && { head: { name: head.name, elements: elementCount(head.shape) } }),
    ...feedForward(matrices, width, stated.ffnSize),
    ...experts(parameters, stack?.prefix ?? '', width),
    hasAttention: parameters.some(({ name }) => /attn|attention/i.test(name)),
    hasStateSpaces: parameters.some(({ name }) => /(?:^|\.)A_log$/.test(name)),
  }
}

/** The embedding beside the layers, or the only one. A model that speaks has several. */
function inputEmbedding(matrices: readonly Named[], stack: Stack | undefined): Named | undefined {
  const found = matrices.filter(({ name, shape }) => shape.length === 2 && EMBEDDING.test(name))
  const root = stack?.prefix.replace(/[^.]+\.$/, '')
  const beside = root ? found.find(({ name }) => name.startsWith(root)) : undefined
  return beside ?? (found.length === 1 ? found[0] : undefined)
}

interface Named {
  readonly name: string
  readonly shape: Shape
}

/** The names of input embeddings, outside the towers of images and sound. */
const EMBEDDING =
  /^(?!.*(?:vision|visual|audio|speech|image|patch|position|token_type|segment)).*(?:embed_tokens|wte|word_embeddings?|tok_embeddings|embed_in|embedding|embeddings)\.weight$/

/** The names of output embeddings. */
const HEAD = /(?:^|\.)(?:lm_head|embed_out|output_layer|output|head|output_projection)\.weight$/

/** A list of layers: `model.layers.`. */
interface Stack {
  readonly prefix: string
  readonly layers: ReadonlySet<string>
}

/** The list of layers with the most parameters, outside the towers: those of the language model. */
function largestStack(parameters: readonly Named[]): Stack | undefined {
  const stacks = new Map<string, { elements: number; layers: Set<string> }>()
  for (const { name, shape } of parameters) {
    const [, prefix = '', index = ''] = /^(.*?)\b(\d+)\./.exec(name) ?? []
    if (index === '' || TOWER.test(prefix)) continue
    const stack = stacks.get(prefix) ?? { elements: 0, layers: new Set() }
    stack.elements += elementCount(shape)
    stack.layers.add(index)
    stacks.set(prefix, stack)
  }
  const [largest] = [...stacks].sort(([, a], [, b]) => b.elements - a.elements)
  return largest && { prefix: largest[0], layers: largest[1].layers }
}

const TOWER = /vision|visual|audio|speech|image|vit\b|talker|2wav|codec/i

/** Key-value heads from the widths of queries and keys, or from that of all three in one matrix. */
function keyValueHeads(matrices: readonly Named[], { heads, headDim, hiddenSize }: GenericSizes): number | undefined {
  if (heads === undefined) return undefined
  const rowsOf = (pattern: RegExp) => matrices.find(({ name }) => pattern.test(name))?.shape[0]
  const [queries, keys, all] = [rowsOf(QUERY), rowsOf(KEY), rowsOf(ALL_THREE)]
  // A gate may double the width of queries, so the stated width of a head comes first.
  if (queries && keys) return whole(headDim === undefined ? (heads * keys) / queries : keys / headDim)
  const dim = headDim ?? (hiddenSize === undefined ? undefined : hiddenSize / heads)
  return all === undefined || dim === undefined ? undefined : whole((all / dim - heads) / 2)
}

const QUERY = /(?:attn|attention)\w*\.(?:q_proj|wq|query|q|q_lin)\.weight$/i
const KEY = /(?:attn|attention)\w*\.(?:k_proj|wk|key|k|k_lin)\.weight$/i
const ALL_THREE = /(?:attn|attention)\w*\.(?:qkv_proj|query_key_value|wqkv|qkv|W_pack|c_attn)\.weight$/i

function whole(count: number): number | undefined {
  return Number.isInteger(count) && count > 0 ? count : undefined
}

/**
 * The width of the feed-forward network and whether it is gated, from one that has the stated width, or the widest that
 * shapes explain.
 */
function feedForward(
  matrices: readonly Named[],
  hiddenSize: number | undefined,
  statedWidth: number | undefined,
): Pick<StoredSizes, 'ffnSize' | 'gatedMlp'> {
  const networks = new Map<string, Shape[]>()
  for (const { name, shape } of matrices) {
    const parent = name.split('.').slice(0, -2).join('.')
    if (shape.length !== 2 || NOT_FEED_FORWARD.test(name) || TOWER.test(name)) continue
    const shapes = networks.get(parent)
    if (shapes) shapes.push(shape)
    else networks.set(parent, [shape])
  }
  const named = [...networks].filter(([parent]) => FEED_FORWARD.test(parent))
  const likely = named.length > 0 ? named : [...networks]
  const explained = likely.flatMap(([, shapes]) => networkOf(shapes, hiddenSize))
  // Layers may differ, as in Gemma 3n: the model's width is then the largest.
  const widest = explained.sort((a, b) => (b.ffnSize ?? 0) - (a.ffnSize ?? 0))[0]
  return explained.find(({ ffnSize }) => ffnSize === statedWidth) ?? widest ?? {}
}

/** A network of a gate and two matrices, of a matrix of double width and one back, or of two matrices. */
function networkOf(
  shapes: readonly Shape[],
  hiddenSize: number | undefined,
): Pick<StoredSizes, 'ffnSize' | 'gatedMlp'>[] {
  const downs = shapes.filter(([rows, columns]) => rows === hiddenSize && columns !== hiddenSize)
  const ups = shapes.filter(([rows, columns]) => columns === hiddenSize && rows !== hiddenSize)
  const width = downs[0]?.[1]
  if (downs.length !== 1 || width === undefined) return []
  const widths = ups.map(([rows]) => rows)
  if (widths.length === 2 && widths.every((rows) => rows === width)) return [{ ffnSize: width, gatedMlp: true }]
  if (widths.length !== 1) return []
  if (widths[0] === 2 * width) return [{ ffnSize: width, gatedMlp: true }]
  return widths[0] === width ? [{ ffnSize: width, gatedMlp: false }] : []
}

/** The usual names of the network. A layer without them has its matrices beside those of attention. */
const FEED_FORWARD = /(?:mlp|ffn|ff|feed_?forward)\d*$/i

const NOT_FEED_FORWARD = /attn|attention|mixer|mamba|ssm|expert|shared|router|norm/i

/** The layers that have experts, the width of an expert that has its matrices to itself, and how many a token always uses. */
function experts(
  parameters: readonly Named[],
  prefix: string,
  hiddenSize: number | undefined,
): Pick<StoredSizes, 'expertLayers' | 'expertFfnSize' | 'sharedExperts'> {
  const own = parameters.filter(({ name }) => name.startsWith(prefix) && EXPERTS.test(name))
  const layers = new Set(own.map(({ name }) => name.slice(prefix.length).split('.')[0] ?? ''))
  const down = own.find(({ shape: [rows, columns], name }) => DOWN.test(name) && rows === hiddenSize && columns)
  const width = down?.shape.length === 2 ? down.shape[1] : undefined
  // DeepSeek joins its shared experts to one network of several times the width.
  const shared = parameters.find(({ name }) => SHARED_DOWN.test(name))?.shape[1]
  const sharedExperts = shared === undefined || width === undefined ? undefined : whole(shared / width)
  return {
    expertLayers: layers.size,
    ...(width !== undefined && { expertFfnSize: width }),
    sharedExperts: sharedExperts ?? (parameters.some(({ name }) => SHARED.test(name)) ? 1 : 0),
  }
}

const EXPERTS = /(?:^|[._])experts[._]/
const SHARED = /shared_(?:experts?|mlp)\b/
const SHARED_DOWN = /shared_experts\.down_proj\.weight$/
const DOWN = /experts\.\d+\.(?:down_proj|w2|fc2|linear_2|output_linear)\.weight$/
