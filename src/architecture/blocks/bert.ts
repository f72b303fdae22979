import { type Children, container, type Module, repeated, tied } from '../module.js'
import { embedding } from './embedding.js'
import { linear } from './linear.js'
import { layerNorm } from './norm.js'

/** The sizes of BERT's layer. */
export interface BertSizes {
  readonly hiddenSize: number
  readonly ffnSize: number
}

/** BERT's layer (Devlin et al. 2018, arXiv:1810.04805), around the attention that a family puts into it. */
export function bertLayer(type: string, sizes: BertSizes, attention: Module): Module {
  const { hiddenSize, ffnSize } = sizes
  return container(type, {
    attention,
    intermediate: container('Intermediate', { dense: linear(hiddenSize, ffnSize, { bias: true }) }, { part: 'mlp' }),
    output: container('Output', denseAndNorm(ffnSize, hiddenSize), { part: 'mlp' }),
  })
}

/** BERT's attention: projections under `self`, the way out and the norm under `output`. */
export function bertAttention(
  hiddenSize: number,
  options: { readonly names?: readonly [string, string, string]; readonly also?: Children } = {},
): Module {
  const { names = ['query', 'key', 'value'], also = {} } = options
  const projections = names.map((name) => [name, linear(hiddenSize, hiddenSize, { bias: true })])
  return container(
    'Attention',
    {
      self: container('SelfAttention', { ...Object.fromEntries(projections), ...also }),
      output: container('SelfOutput', denseAndNorm(hiddenSize, hiddenSize)),
    },
    { part: 'attention' },
  )
}

/** Words, positions and kinds of segments, added up and normalised; a family without some of them says 0. */
export function bertEmbeddings(
  size: number,
  counts: { readonly words: number; readonly positions: number; readonly segments: number },
  also: Children = {},
): Module {
  const { words, positions, segments } = counts
  return container('Embeddings', {
    word_embeddings: embedding(words, size),
    position_embeddings: positions > 0 ? embedding(positions, size) : undefined,
    token_type_embeddings: segments > 0 ? embedding(segments, size) : undefined,
    ...also,
    LayerNorm: also['LayerNorm'] ?? layerNorm(size),
  })
}

/** The stack of layers, with what else stands in it. */
export function bertEncoder(count: number, layer: Module, also: Children = {}): Module {
  return container('Encoder', { layer: repeated(count, layer), ...also })
}

/** What makes one vector of the first token's. */
export function bertPooler(hiddenSize: number): Module {
  return container('Pooler', { dense: linear(hiddenSize, hiddenSize, { bias: true }) })
}

/** A linear layer and a norm. */
export function denseAndNorm(inFeatures: number, outFeatures: number, norm = 'LayerNorm'): Children {
  return { dense: linear(inFeatures, outFeatures, { bias: true }), [norm]: layerNorm(outFeatures) }
}

/** The classifier of two layers that RoBERTa's kin have. */
export function classificationHead(hiddenSize: number, labels: number): Module {
  return container('ClassificationHead', {
    dense: linear(hiddenSize, hiddenSize, { bias: true }),
    out_proj: linear(hiddenSize, labels, { bias: true }),
  })
}

/** An output embedding whose bias the head owns, and whose weight may be the input embedding's. */
export function maskedLmHead(
  place: string,
  transform: Children,
  sizes: { readonly features: number; readonly vocabSize: number },
  inputEmbedding: string | undefined,
): Module {
  const decoder = linear(sizes.features, sizes.vocabSize, { bias: true })
  const weight = inputEmbedding === undefined ? {} : { weight: `${inputEmbedding}.weight` }
  return container(
    'LMHead',
    { ...transform, decoder: tied(decoder, { ...weight, bias: `${place}.bias` }) },
    { parameters: { bias: [sizes.vocabSize] } },
  )
}
