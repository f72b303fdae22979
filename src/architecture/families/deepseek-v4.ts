import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { fusedMixture, moeDimensions } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { slidingWindow, statedTypes } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { container, listOf, type Module, range } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/**
 * DeepSeek-V4 (DeepSeek-AI 2026): one key-value head in a short window, older tokens compressed by 4 or by 128, and four
 * residual streams that each block mixes (hyper-connections, arXiv:2409.19606).
 */
export const deepseekV4 = causalLmFamily({
  modelType: 'deepseek_v4',
  liger: { keeps: ['rotation', 'gates'], isUnrecorded: true },
  unreplayed: ['reentrant recomputation'],
  name: 'DeepseekV4',
  // The list goes on with the layers that predict further tokens.
  longerLists: ['compress_ratios'],
  attributeMap: { num_local_experts: 'n_routed_experts', intermediate_size: 'moe_intermediate_size' },
  defaults: {
    vocab_size: 129_280,
    hidden_size: 4096,
    intermediate_size: 2048,
    num_hidden_layers: 43,
    num_attention_heads: 64,
    num_key_value_heads: 1,
    head_dim: 512,
    max_position_embeddings: 1_048_576,
    tie_word_embeddings: false,
  },
  build(stated, config) {
    const ffnSize = config.integer('moe_intermediate_size', 2048)
    const sizes = { ...stated, ffnSize }
    const { hiddenSize, heads, headDim, layers } = sizes
    const norm = rmsNorm(hiddenSize)
    const queryRank = config.integer('q_lora_rank', 1024)
    const groups = config.positive('o_groups', 8)
    const outputRank = config.integer('o_lora_rank', 1024)
    const streams = config.integer('hc_mult', 4)
    const types = attentionTypes(config, layers)
    const attention = (type: string): Module =>
      container(
        'DeepseekV4Attention',
        {
          q_a_proj: linear(hiddenSize, queryRank),
          q_a_norm: rmsNorm(queryRank),
          q_b_proj: linear(queryRank, heads * headDim),
          kv_proj: linear(hiddenSize, headDim),
          kv_norm: rmsNorm(headDim),
          // Each group of heads has its own part of the weight.
          o_a_proj: linear(Math.floor((heads * headDim) / groups), groups * outputRank),
          o_b_proj: linear(groups * outputRank, hiddenSize),
          compressor: type === WINDOW ? undefined : compressor(config, { hiddenSize, headDim, queryRank }, type),
        },
        { part: 'attention', parameters: { sinks: [heads] } },
      )
    const mixing = (2 + streams) * streams
    const connection: Module = {
      type: 'DeepseekV4HyperConnection',
      parameters: { fn: [mixing, streams * hiddenSize], base: [mixing], scale: [3] },
    }
    const routing = {
      experts: config.integer('n_routed_experts', 256),
      expertsPerToken: config.integer('num_experts_per_tok', 6),
    }
    const mlp = fusedMixture(
      'DeepseekV4SparseMoeBlock',
      { hiddenSize, ffnSize, ...routing },
      {
        shared_experts: gatedMlp({ hiddenSize, ffnSize, bias: config.boolean('mlp_bias', false) }),
      },
    )
    const layer = (type: string): Module =>
      container('DeepseekV4DecoderLayer', {
        self_attn: attention(type),
        mlp,
        input_layernorm: norm,
        post_attention_layernorm: norm,
        attn_hc: connection,
        ffn_hc: connection,
      })
    const model = decoderModel('DeepseekV4Model', {
      ...sizes,
      layers: listOf(layers, (index) => types[index] ?? WINDOW, layer),
      norm,
    })
    const hc_head: Module = {
      type: 'DeepseekV4HyperHead',
      parameters: { hc_fn: [streams, streams * hiddenSize], hc_base: [streams], hc_scale: [1] },
    }
    return {
      model: { ...model, children: { ...model.children, hc_head } },
      dimensions: decoderDimensions(sizes, {
        gatedMlp: true,
        windowTokens: slidingWindow(config, 128),
        moe: moeDimensions(routing, { layers, ffnSize, shared: 1 }),
      }),
    }
  },
  forward: (config, { layers, headDim = 512, vocabSize }) => ({
    rotation: {
      features: rotatedFeatures(config, headDim),
      pairs: 'halvesApart',
      tables: 'both',
      frequencies: 'modelTwice',
    },
    masks: { forEachKind: false },
    norm: 'rmsNormFloat32Product',
    attention: {
      eagerOnly: true,
      compressors: {
        rotatedFeatures: rotatedFeatures(config, headDim),
        sparseRate: rateOf(config, SPARSE),
        heavyRate: rateOf(config, HEAVY),
        chosen: config.integer('index_topk', 512),
        groups: config.positive('o_groups', 8),
      },
    },
    residual: { order: 'hyperConnections', iterations: config.integer('hc_sinkhorn_iters', 20) },
    untrainedParameters: [
      '.indexer.position_bias',
      ...['kv_proj', 'gate_proj', 'kv_norm', 'q_b_proj', 'scorer.weights_proj'].map(
        (name) => `.indexer.${name}.weight`,
      ),
    ],
    ...(attentionTypes(config, layers).includes(HEAVY) && {
      says: [
        `in sequences of fewer than ${rateOf(config, HEAVY)} tokens the weights of compressors that join so many have no gradients; they count as trained here`,
      ],
    }),
    float32Parameters: FLOAT32_PARAMETERS,
    float32BufferElements: bufferElements(config, layers, headDim, vocabSize),
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      clamped: 'beforeActivation',
      mixture: {
        router: {
          logits: 'model',
          scores: 'rootOfSoftplus',
          biased: true,
          divided: 'apart',
          sum: 'shifted',
          scaled: true,
        },
        dispatch: 'grouped',
      },
    },
  }),
  undivided: NOT_REPLAYED,
})

/** What transformers keeps in float32 in a model of 16 bits (`_keep_in_fp32_modules_strict`). */
const FLOAT32_PARAMETERS = [
  ...['fn', 'base', 'scale'].map((name) => `_hc.${name}`),
  ...['fn', 'base', 'scale'].map((name) => `.hc_head.hc_${name}`),
  ...['q_a_norm', 'kv_norm', 'input_layernorm', 'post_attention_layernorm'].map((name) => `.${name}.weight`),
  '.norm.weight',
  '.sinks',
  '.position_bias',
]

/** How many of a head's features are rotated. */
function rotatedFeatures(config: ConfigReader, headDim: number): number {
  const nested = config.object('rope_parameters').object('main')
  const older = config.optionalInteger('qk_rope_head_dim')
  const share = config.number('partial_rotary_factor', older === undefined ? 64 / 512 : older / headDim)
  return Math.floor(
    headDim * (nested.has('partial_rotary_factor') ? nested.number('partial_rotary_factor', share) : share),
  )
}

/**
 * Elements of float32 in buffers beside those of the model's rotation: the frequencies of each compressor and each indexer, a bias for each
 * expert, and in layers that choose experts by the ids of tokens a table of these in int64.
 */
function bufferElements(config: ConfigReader, layers: number, headDim: number, vocabSize: number): number {
  const types = attentionTypes(config, layers)
  const rotations = types.reduce((sum, type) => sum + (type === SPARSE ? 2 : type === HEAVY ? 1 : 0), 0)
  const kinds = config.strings('mlp_layer_types')
  const hashed = kinds
    ? kinds.filter((kind) => kind === 'hash_moe').length
    : Math.min(layers, config.integer('num_hash_layers', 3))
  const table = 2 * vocabSize * config.integer('num_experts_per_tok', 6)
  const biases = (layers - hashed) * config.integer('n_routed_experts', 256)
  return 2 * rotations * rotatedFeatures(config, headDim) + hashed * table + biases
}

/** How many tokens a compressor joins. The field of older configs takes precedence. */
function rateOf(config: ConfigReader, type: string): number {
  const isSparse = type === SPARSE
  const older = isSparse ? 'compress_rate_csa' : 'compress_rate_hca'
  return config.integer(older, config.object('compress_rates').integer(type, isSparse ? 4 : 128))
}

const WINDOW = 'sliding_attention'
const SPARSE = 'compressed_sparse_attention'
const HEAVY = 'heavily_compressed_attention'

/** The type of attention by the compression that published configs state for each layer. */
const TYPE_OF_RATIO: Readonly<Record<number, string>> = { 0: WINDOW, 4: SPARSE, 128: HEAVY }

function attentionTypes(config: ConfigReader, layers: number): readonly string[] {
  const ratios = config.integers('compress_ratios')
  const listed =
    statedTypes(config, 'layer_types', [WINDOW, SPARSE, HEAVY]) ??
    ratios?.map((ratio) => {
      const type = TYPE_OF_RATIO[ratio]
      if (type === undefined) throw config.invalid('compress_ratios', 'a list of 0, 4 and 128')
      return type
    })
  return range(layers).map((index) => listed?.[index] ?? (index < 2 || index % 2 === 0 ? HEAVY : SPARSE))
}

/** Compresses the keys and values of older tokens; with little compression, an indexer chooses among the results. */
function compressor(
  config: ConfigReader,
  {
    hiddenSize,
    headDim,
    queryRank,
  }: { readonly hiddenSize: number; readonly headDim: number; readonly queryRank: number },
  type: string,
): Module {
  const isSparse = type === SPARSE
  const rate = rateOf(config, type)
  const features = isSparse ? 2 * headDim : headDim
  const indexHeads = config.integer('index_n_heads', 64)
  const indexDim = config.integer('index_head_dim', 128)
  const indexer = container(
    'DeepseekV4Indexer',
    {
      kv_proj: linear(hiddenSize, 2 * indexDim),
      gate_proj: linear(hiddenSize, 2 * indexDim),
      kv_norm: rmsNorm(indexDim),
      q_b_proj: linear(queryRank, indexHeads * indexDim),
      scorer: container('DeepseekV4IndexerScorer', { weights_proj: linear(hiddenSize, indexHeads) }),
    },
    { parameters: { position_bias: [rate, 2 * indexDim] } },
  )
  return container(
    isSparse ? 'DeepseekV4CSACompressor' : 'DeepseekV4HCACompressor',
    {
      kv_proj: linear(hiddenSize, features),
      gate_proj: linear(hiddenSize, features),
      kv_norm: rmsNorm(headDim),
      indexer: isSparse ? indexer : undefined,
    },
    { parameters: { position_bias: [rate, features] } },
  )
}
