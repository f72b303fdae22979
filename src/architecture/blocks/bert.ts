import type { ConfigReader } from '../config-reader.js'
import { type Children, container, type Module, repeated, tied } from '../module.js'
import { embedding } from './embedding.js'
import { linear } from './linear.js'
import { layerNorm } from './norm.js'
import { type Table, tree } from './tree.js'

/** The sizes of BERT's layer. */
export interface BertSizes {
  readonly hiddenSize: number
  readonly ffnSize: number
}

/** BERT's layer (Devlin et al. 2018, arXiv:1810.04805), with the family's own attention. */
export function bertLayer(type: string, sizes: BertSizes, attention: Module, crossattention?: Module): Module {
  const { hiddenSize, ffnSize } = sizes
  return container(type, {
    attention,
    crossattention,
    intermediate: container('Intermediate', { dense: linear(hiddenSize, ffnSize, { bias: true }) }, { part: 'mlp' }),
    output: container('Output', denseAndNorm(ffnSize, hiddenSize), { part: 'mlp' }),
  })
}

/**
 * BERT's layer with the attention that a config describes: with or without relative position embeddings (Shaw et al. 2018,
 * arXiv:1803.02155; Huang et al. 2020, arXiv:2009.13658), and in a decoder with optional cross-attention.
 */
export function configuredBertLayer(
  type: string,
  config: ConfigReader,
  sizes: BertSizes & { readonly headDim: number },
): Module {
  const { hiddenSize, headDim } = sizes
  const distances = 2 * config.integer('max_position_embeddings', 512) - 1
  const also = isRelative(config) ? { distance_embedding: embedding(distances, headDim) } : {}
  const cross = config.boolean('is_decoder', false) && config.boolean('add_cross_attention', false)
  return bertLayer(type, sizes, bertAttention(hiddenSize, { also }), cross ? bertAttention(hiddenSize) : undefined)
}

/** The places of the two norms, as in {@link tree}, by when the class makes them: first, behind the attention, or last. */
export type PreNormPlaces = Partial<Record<'first' | 'between' | 'last', string>>

/** The same with the norms before the blocks. */
export function preNormBertLayer(
  type: string,
  norms: PreNormPlaces,
  sizes: BertSizes & { readonly headDim: number; readonly positions: number },
  config: ConfigReader,
): Module {
  const { hiddenSize, ffnSize, headDim, positions } = sizes
  const square = linear(hiddenSize, hiddenSize, { bias: true })
  const normAt = (place: string | undefined): Table => (place === undefined ? {} : { [place]: layerNorm(hiddenSize) })
  return tree(type, {
    ...normAt(norms.first),
    'attention.self.{query,key,value}': square,
    'attention.self.distance_embedding': isRelative(config) ? embedding(2 * positions - 1, headDim) : undefined,
    'attention.output.dense': square,
    ...normAt(norms.between),
    'intermediate.dense': linear(hiddenSize, ffnSize, { bias: true }),
    'output.dense': linear(ffnSize, hiddenSize, { bias: true }),
    ...normAt(norms.last),
  })
}

function isRelative(config: ConfigReader): boolean {
  return config.string('position_embedding_type', 'absolute').startsWith('relative_key')
}

/** BERT's attention: the projections under `self`, the output projection and the norm under `output`. */
export function bertAttention(
  hiddenSize: number,
  options: {
    readonly names?: readonly [string, string, string]
    readonly also?: Children
    readonly features?: number
  } = {},
): Module {
  const { names = ['query', 'key', 'value'], also = {}, features = hiddenSize } = options
  const projections = names.map((name) => [name, linear(hiddenSize, features, { bias: true })])
  return container(
    'Attention',
    {
      self: container('SelfAttention', { ...Object.fromEntries(projections), ...also }),
      output: container('SelfOutput', denseAndNorm(hiddenSize, hiddenSize)),
    },
    { part: 'attention' },
  )
}

/** How many words, positions and token types have embeddings. A family may lack some of them. */
export interface EmbeddingCounts {
  readonly words: number
  readonly positions?: number | undefined
  readonly segments?: number | undefined
}

/** Embeddings of words, positions and token types, summed and normalised, with what else is before and behind the norm. */
export function bertEmbeddings(
  size: number,
  counts: EmbeddingCounts,
  also: Children = {},
  behind: Children = {},
): Module {
  const { LayerNorm = layerNorm(size), ...others } = also
  return container('Embeddings', { ...summedEmbeddings(size, counts), ...others, LayerNorm, ...behind })
}

/** The same without a norm. */
export function summedEmbeddings(size: number, { words, positions, segments }: EmbeddingCounts): Children {
  return {
    word_embeddings: embedding(words, size),
    position_embeddings: positions === undefined ? undefined : embedding(positions, size),
    token_type_embeddings: segments === undefined ? undefined : embedding(segments, size),
  }
}

/** The stack of layers, with any other modules that the encoder makes after or before it. */
export function bertEncoder(count: number, layer: Module, also: Children = {}, before: Children = {}): Module {
  return container('Encoder', { ...before, layer: repeated(count, layer), ...also })
}

/** The pooler: a linear layer on the first token's vector. */
export function bertPooler(hiddenSize: number): Module {
  return container('Pooler', { dense: linear(hiddenSize, hiddenSize, { bias: true }) })
}

/** A linear layer and a norm. */
export function denseAndNorm(inFeatures: number, outFeatures: number, norm = 'LayerNorm'): Children {
  return { dense: linear(inFeatures, outFeatures, { bias: true }), [norm]: layerNorm(outFeatures) }
}

/** The two-layer classifier of RoBERTa and similar families. */
export function classificationHead(hiddenSize: number, labels: number): Module {
  return container('ClassificationHead', {
    dense: linear(hiddenSize, hiddenSize, { bias: true }),
    out_proj: linear(hiddenSize, labels, { bias: true }),
  })
}

/** An output embedding whose bias belongs to the head, and whose weight may be tied to the input embedding. */
export function maskedLmHead(
  place: string,
  transform: Children,
  sizes: { readonly features: number; readonly vocabSize: number },
  inputEmbedding: string | undefined,
  { tiesBias = true } = {},
): Module {
  const decoder = linear(sizes.features, sizes.vocabSize, { bias: true })
  const weight = inputEmbedding === undefined ? {} : { weight: `${inputEmbedding}.weight` }
  return container(
    'LMHead',
    { ...transform, decoder: tied(decoder, { ...weight, ...(tiesBias && { bias: `${place}.bias` }) }) },
    { parameters: { bias: [sizes.vocabSize] } },
  )
}
