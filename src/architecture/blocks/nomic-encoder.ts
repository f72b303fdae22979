import type { ConfigReader } from '../config-reader.js'
import type { MoeDimensions } from '../dimensions.js'
import { type Children, container, listOf, type Module, range } from '../module.js'
import { fusedAttention } from './attention.js'
import { bertEmbeddings } from './bert.js'
import { type ExpertsOptions, expertsBlock, moeDimensions } from './experts.js'
import { gatedMlp } from './gated-mlp.js'
import { linear } from './linear.js'
import { layerNorm } from './norm.js'
import { plainMlp } from './plain-mlp.js'

interface NomicSizes {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly ffnSize: number
  readonly layers: number
  readonly heads: number
  readonly headDim: number
  readonly contextTokens: number | undefined
}

/** Nomic Embed 2's experts: which layers have them, and the block. */
export interface NomicMixture {
  readonly block: Module
  readonly period: number
  readonly moe: MoeDimensions | undefined
}

/** The embeddings and layers of Nomic BERT in the class of its authors, with fused projections. */
export function nomicEncoder(config: ConfigReader, sizes: NomicSizes, mixture: NomicMixture | undefined): Children {
  const { vocabSize, hiddenSize, layers, heads } = sizes
  const { LayerNorm: emb_ln, ...embeddings } =
    bertEmbeddings(hiddenSize, {
      words: vocabSize,
      positions: config.number('rotary_emb_fraction', 0) > 0 ? undefined : sizes.contextTokens,
      segments: config.integer('type_vocab_size', 2),
    }).children ?? {}
  const bias = config.boolean('qkv_proj_bias', true)
  const norm = layerNorm(hiddenSize)
  const attn = fusedAttention({
    ...sizes,
    kvHeads: heads,
    qkvBias: bias,
    outputBias: bias,
    names: ['Wqkv', 'out_proj'],
    type: 'NomicBertAttention',
  })
  const layerOf = (hasExperts: boolean): Module => {
    const mlp = hasExperts && mixture ? mixture.block : denseMlp(config, sizes)
    return container('NomicBertBlock', { attn, mlp, norm1: norm, norm2: norm })
  }
  const hasExperts = (index: number): boolean => mixture !== undefined && index % mixture.period === 1
  return {
    embeddings: container('NomicBertEmbeddings', embeddings),
    emb_ln,
    encoder: container('NomicBertEncoder', { layers: listOf(layers, hasExperts, layerOf) }),
  }
}

/** The experts of a config; `undefined` if it has none. */
export function nomicMixture(
  config: ConfigReader,
  { hiddenSize, ffnSize, layers }: NomicSizes,
): NomicMixture | undefined {
  const experts = config.integer('num_experts', 0)
  const period = config.integer('moe_every_n_layers', 0)
  if (experts === 0 || period === 0) return undefined
  const routing: ExpertsOptions = { experts, expertsPerToken: config.integer('moe_top_k', 2) }
  const rows = [experts * ffnSize, hiddenSize]
  const { experts: count, expertsPerToken = count } = routing
  const weights: Module = {
    type: 'NomicExpertMLP',
    parameters: { w1: rows, w2: rows },
    routed: { experts: count, expertsPerToken },
  }
  const block = expertsBlock('NomicMoELayer', {
    router: container('NomicRouter', { layer: linear(hiddenSize, experts) }),
    experts: container('NomicExperts', { mlp: weights }, { parameters: { bias: [hiddenSize] } }),
  })
  const expertLayers = range(layers).filter((index) => index % period === 1).length
  return { block, period, moe: moeDimensions(routing, { layers: expertLayers, ffnSize }) }
}

/** Whether the feed-forward networks have gates. */
export function isGated(config: ConfigReader): boolean {
  return config.string('activation_function', 'swiglu').endsWith('glu')
}

function denseMlp(config: ConfigReader, { hiddenSize, ffnSize }: NomicSizes): Module {
  const [inner, outer] = [config.boolean('mlp_fc1_bias', true), config.boolean('mlp_fc2_bias', true)]
  const { fc2: _, ...into } = isGated(config)
    ? (gatedMlp({ hiddenSize, ffnSize, bias: inner, names: ['fc12', 'fc11', 'fc2'] }).children ?? {})
    : (plainMlp({ hiddenSize, ffnSize, bias: inner, names: ['fc1', 'fc2'] }).children ?? {})
  return container('NomicBertMLP', { ...into, fc2: linear(ffnSize, hiddenSize, { bias: outer }) }, { part: 'mlp' })
}
