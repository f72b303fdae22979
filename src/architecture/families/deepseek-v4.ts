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

/**
 * DeepSeek-V4 (DeepSeek-AI 2026): one key-value head in a short window, older tokens compressed by 4 or by 128, and four
 * residual streams that each block mixes (hyper-connections, arXiv:2409.19606).
 */
export const deepseekV4 = causalLmFamily({
  modelType: 'deepseek_v4',
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
})

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
  // The field of older configs takes precedence.
  const older = isSparse ? 'compress_rate_csa' : 'compress_rate_hca'
  const rate = config.integer(older, config.object('compress_rates').integer(type, isSparse ? 4 : 128))
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
