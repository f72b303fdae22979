import { statedTypes } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { innerSize, mamba2Mixer } from '../blocks/mamba.js'
import { rmsNorm } from '../blocks/norm.js'
import { zambaModel } from '../blocks/zamba-model.js'
import type { ConfigReader } from '../config-reader.js'
import { container, type Module, range, sharing } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'

/**
 * Zamba2 (Glorioso et al. 2024, arXiv:2411.15242): Mamba-2 in every layer; some layers are preceded by a transformer block
 * that they share, with adapters of their own.
 */
export const zamba2 = causalLmFamily({
  modelType: 'zamba2',
  unreplayed: ['reentrant recomputation'],
  name: 'Zamba2',
  attributeMap: { layer_types: 'layers_block_type' },
  defaults: {
    vocab_size: 32_000,
    hidden_size: 2560,
    intermediate_size: 0,
    num_hidden_layers: 54,
    num_attention_heads: 32,
    max_position_embeddings: 4096,
    tie_word_embeddings: true,
  },
  build(stated, config, className) {
    const { hiddenSize, heads } = stated
    // The input of attention is the embeddings concatenated with the previous layer's output. A stated head size is ignored.
    const headDim = Math.floor((2 * hiddenSize) / heads)
    const sizes = { ...stated, headDim, ffnSize: config.derived('intermediate_size', 4 * hiddenSize) }
    const types = layerTypes(config).slice(0, sizes.layers)
    doubtDefaultTypes(config, sizes.layers)
    const norm = rmsNorm(hiddenSize)
    const channels = innerSize(config, 'mamba_expand', hiddenSize)
    const stateSize = config.integer('mamba_d_state', 64)
    const convKernel = config.positive('mamba_d_conv', 4)
    const mixer = mamba2Mixer({
      hiddenSize,
      innerSize: channels,
      heads: config.integer('n_mamba_heads', 8),
      groups: config.integer('mamba_ngroups', 1),
      stateSize,
      convKernel,
      bias: config.boolean('add_bias_linear', false),
      convBias: true,
      norm: rmsNorm(channels),
      type: 'Zamba2MambaMixer',
    })
    const mambaLayer = container('Zamba2MambaDecoderLayer', { mamba: mixer, input_layernorm: norm })
    const hybrids = range(types.length).filter((index) => types[index] === 'hybrid')
    const blockCount = config.positive('num_mem_blocks', 1)
    const prefix = className === 'Zamba2Model' ? '' : 'model.'
    const hybridLayer = (order: number): Module => {
      const block = order % blockCount
      const shared = sharedTransformer(
        config,
        sizes,
        config.integers('hybrid_layer_ids')?.length ?? hybrids.length,
        block,
      )
      const first = hybrids[block]
      return container('Zamba2HybridLayer', {
        linear: linear(hiddenSize, hiddenSize),
        mamba_decoder: mambaLayer,
        shared_transformer: order === block ? shared : sharing(shared, `${prefix}layers.${first}.shared_transformer`),
      })
    }
    return zambaModel('Zamba2Model', sizes, { types, mambaLayer, hybridLayer, stateSize, convKernel })
  },
  forward: (config, { layers }) => ({
    ...(config.boolean('use_mem_rope', false) && { rotation: { features: 'all' } }),
    norm: 'rmsNorm',
    masks: { given: 'always' },
    attention: { cache: 'kept' },
    mixers: {
      mamba: {
        kind: 'chunkScan',
        chunkTokens: config.positive('chunk_size', 256),
        norm: 'groupsOfGated',
        holdsState: true,
        limitedBelow: true,
        activation: 'silu',
        isOneKernel: config.boolean('use_mem_eff_path', false),
        states: 'inPlace',
      },
    },
    feedForward: { activation: config.string('hidden_act', 'gelu') },
    residual: {
      order: 'shared',
      sharedIn: range(layers).filter((index) => layerTypes(config)[index] === 'hybrid'),
    },
  }),
  tiesByPattern: true,
})

interface SharedSizes {
  readonly hiddenSize: number
  readonly ffnSize: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
}

/** A shared block, with an adapter for each of the layers that it precedes. */
function sharedTransformer(config: ConfigReader, sizes: SharedSizes, uses: number, block: number): Module {
  const { hiddenSize, ffnSize, heads, kvHeads, headDim } = sizes
  const wide = 2 * hiddenSize
  const rank = config.integer('adapter_rank', 128)
  const bias = config.boolean('add_bias_linear', false)
  const own = range(uses).filter((use) => use % config.positive('num_mem_blocks', 1) === block)
  const list = (inFeatures: number, outFeatures: number): Module => {
    const pair = [linear(inFeatures, rank), linear(rank, outFeatures)]
    const adapter = { type: 'Sequential', items: pair.map((module, index) => ({ indices: [index], module })) }
    const items = own.length > 0 ? [{ indices: own, module: adapter }] : []
    return { type: 'ModuleList', items }
  }
  const attentionAdapters = config.boolean('use_shared_attention_adapter', false)
    ? {
        linear_q_adapter_list: list(wide, wide),
        linear_k_adapter_list: list(wide, wide),
        linear_v_adapter_list: list(wide, wide),
      }
    : {}
  return container('Zamba2AttentionDecoderLayer', {
    self_attn: container(
      'Zamba2Attention',
      {
        q_proj: linear(wide, heads * headDim),
        k_proj: linear(wide, kvHeads * headDim),
        v_proj: linear(wide, kvHeads * headDim),
        o_proj: linear(heads * headDim, hiddenSize),
        ...attentionAdapters,
      },
      { part: 'attention' },
    ),
    feed_forward: container(
      'Zamba2MLP',
      {
        gate_up_proj: linear(hiddenSize, 2 * ffnSize, { bias }),
        down_proj: linear(ffnSize, hiddenSize, { bias }),
        gate_up_proj_adapter_list: list(hiddenSize, 2 * ffnSize),
      },
      { part: 'mlp' },
    ),
    input_layernorm: rmsNorm(wide),
    pre_ff_layernorm: rmsNorm(hiddenSize),
  })
}

/** The default: the layers of the 2.7B model. */
function layerTypes(config: ConfigReader): readonly string[] {
  const regular = Array.from({ length: 7 }, () => ['mamba', 'mamba', 'mamba', 'mamba', 'mamba', 'hybrid']).flat()
  const last = ['mamba', 'mamba', 'mamba', 'mamba', 'hybrid', 'mamba', 'mamba', 'mamba', 'hybrid', 'mamba', 'mamba']
  return statedTypes(config, 'layers_block_type', ['linear_attention', 'hybrid']) ?? ['mamba', ...regular, ...last]
}

/** The list of the class is for 54 layers, whatever `num_hidden_layers` is. */
function doubtDefaultTypes(config: ConfigReader, layers: number): void {
  if (config.has('layers_block_type') || layers === layerTypes(config).length) return
  config.doubt(
    `layers_block_type is absent, and the list of the class is for ${layerTypes(config).length} layers: transformers 5 refuses that for ${layers} layers.`,
  )
}
