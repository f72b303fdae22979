import { depthwiseConv } from '../blocks/depthwise-conv.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { statedTypes } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { innerSize, timeStepRank } from '../blocks/mamba.js'
import { rmsNorm } from '../blocks/norm.js'
import { zambaModel } from '../blocks/zamba-model.js'
import type { ConfigReader } from '../config-reader.js'
import { container, type Module, range, sharing } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'

/** Zamba (Glorioso et al. 2024, arXiv:2405.16712): Mamba in every layer, with heads; some are preceded by one transformer block that all share. */
export const zamba = causalLmFamily({
  modelType: 'zamba',
  name: 'Zamba',
  attributeMap: { layer_types: 'layers_block_type', head_dim: 'attention_head_dim' },
  defaults: {
    vocab_size: 32_000,
    hidden_size: 3712,
    intermediate_size: 14_848,
    num_hidden_layers: 76,
    num_attention_heads: 16,
    num_key_value_heads: 16,
    max_position_embeddings: 4096,
    tie_word_embeddings: true,
  },
  build(stated, config, className) {
    const { hiddenSize, heads } = stated
    const width = config.derived('attention_hidden_size', 2 * hiddenSize)
    const headDim = config.derived('attention_head_dim', Math.floor((2 * hiddenSize) / heads))
    const sizes = { ...stated, headDim }
    const norm = rmsNorm(hiddenSize)
    const types = layerTypes(config, stated.layers)
    const hybrids = range(types.length).filter((index) => types[index] === 'hybrid')
    const stateSize = config.integer('mamba_d_state', 16)
    const convKernel = config.positive('mamba_d_conv', 4)
    const mambaLayer = container('ZambaMambaDecoderLayer', {
      mamba: mixer(config, { hiddenSize, stateSize, convKernel }),
      input_layernorm: norm,
    })
    const block = container('ZambaAttentionDecoderLayer', {
      self_attn: container(
        'ZambaAttention',
        {
          q_proj: linear(width, heads * headDim),
          k_proj: linear(width, stated.kvHeads * headDim),
          v_proj: linear(width, stated.kvHeads * headDim),
          o_proj: linear(heads * headDim, hiddenSize),
        },
        { part: 'attention' },
      ),
      feed_forward: gatedMlp(sizes),
      input_layernorm: rmsNorm(width),
      pre_ff_layernorm: norm,
    })
    const place = `${className === 'ZambaModel' ? '' : 'model.'}layers.${hybrids[0]}.shared_transf`
    const hybridLayer = (isFirst: boolean): Module =>
      container('ZambaHybridLayer', {
        shared_transf: isFirst ? block : sharing(block, place),
        linear: linear(hiddenSize, hiddenSize),
        mamba_decoder: mambaLayer,
      })
    return zambaModel('ZambaModel', sizes, {
      types,
      mambaLayer,
      hybridLayer: (order) => hybridLayer(order === 0),
      stateSize,
      convKernel,
    })
  },
  forward: (config, { layers }) => ({
    norm: 'rmsNorm',
    masks: { given: 'always', size: 'square' },
    attention: { cache: 'kept', eagerOnly: true },
    mixers: { mamba: { kind: 'headScan', states: 'replaced', activation: config.string('hidden_mamba_act', 'silu') } },
    feedForward: { activation: config.string('hidden_act', 'gelu') },
    // The class makes these of float32 numbers, and not of the dtype of the model.
    float32Parameters: ['A_log'],
    residual: {
      order: 'shared',
      givesPlaces: true,
      sharedIn: range(layers).filter((index) => layerTypes(config, layers)[index] === 'hybrid'),
    },
  }),
})

interface MixerSizes {
  readonly hiddenSize: number
  readonly stateSize: number
  readonly convKernel: number
}

/** Mamba's block, whose channels are in heads with time steps of their own. */
function mixer(config: ConfigReader, { hiddenSize, stateSize, convKernel }: MixerSizes): Module {
  const channels = innerSize(config, 'mamba_expand', hiddenSize)
  const heads = config.positive('n_mamba_heads', 2)
  if (channels % heads !== 0) throw config.invalid('n_mamba_heads', `a divisor of ${channels} channels`)
  const perHead = channels / heads
  const rank = timeStepRank(config, 'mamba_dt_rank', hiddenSize)
  const bias = config.boolean('mamba_proj_bias', false)
  return container(
    'ZambaMambaMixer',
    {
      conv1d: depthwiseConv(channels, convKernel, { bias: config.boolean('mamba_conv_bias', true) }),
      in_proj: linear(hiddenSize, 2 * channels, { bias }),
      out_proj: linear(channels, hiddenSize, { bias }),
    },
    {
      part: 'mamba',
      parameters: {
        x_proj_weight: [heads, rank + 2 * stateSize, perHead],
        dt_proj_weight: [heads, perHead, rank],
        dt_proj_bias: [heads, perHead],
        A_log: [heads, perHead, stateSize],
        D: [heads, perHead],
      },
      state: { convolution: { channels, kernel: convKernel }, elements: channels * stateSize },
    },
  )
}

/** The third layer is the first with the shared block, then one in each period. */
function layerTypes(config: ConfigReader, layers: number): readonly string[] {
  const stated = statedTypes(config, 'layers_block_type', ['linear_attention', 'hybrid'])
  const period = config.positive('attn_layer_period', 6)
  const offset = config.integer('attn_layer_offset', 4)
  const isHybrid = (index: number): boolean => (index < 3 ? index === 2 : (index - 3) % period === offset)
  return stated?.slice(0, layers) ?? range(layers).map((index) => (isHybrid(index) ? 'hybrid' : 'linear_attention'))
}
