import { attention } from '../blocks/attention.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { experts, expertsBlock, moeDimensions } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { innerSize, mambaMixer, timeStepRank } from '../blocks/mamba.js'
import { rmsNorm } from '../blocks/norm.js'
import { container, listOf, range } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { ONLY_IN_5 } from '../tensor-plan.js'

/** Jamba (Lieber et al. 2024, arXiv:2403.19887): Mamba in seven layers of eight, experts in every other layer. */
export const jamba = causalLmFamily({
  modelType: 'jamba',
  unreplayed: ['reentrant recomputation', 'selective recomputation of packed weights'],
  attributeMap: { num_local_experts: 'num_experts' },
  name: 'Jamba',
  defaults: {
    vocab_size: 65_536,
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    head_dim: false,
    max_position_embeddings: 262_144,
    tie_word_embeddings: false,
  },
  build(sizes, config) {
    const { hiddenSize, layers, ffnSize } = sizes
    const norm = rmsNorm(hiddenSize)
    const stateSize = config.integer('mamba_d_state', 16)
    const convKernel = config.positive('mamba_d_conv', 4)
    const rank = timeStepRank(config, 'mamba_dt_rank', hiddenSize)
    const stateNorm = rmsNorm(stateSize)
    const mixer = mambaMixer({
      hiddenSize,
      innerSize: innerSize(config, 'mamba_expand', hiddenSize),
      stateSize,
      convKernel,
      timeStepRank: rank,
      bias: config.boolean('mamba_proj_bias', false),
      convBias: config.boolean('mamba_conv_bias', true),
      also: { dt_layernorm: rmsNorm(rank), b_layernorm: stateNorm, c_layernorm: stateNorm },
      type: 'JambaMambaMixer',
    })
    const routing = {
      experts: config.integer('num_experts', 16),
      expertsPerToken: config.integer('num_experts_per_tok', 2),
    }
    const mixture = expertsBlock('JambaSparseMoeBlock', {
      router: linear(hiddenSize, routing.experts),
      experts: experts(routing, gatedMlp(sizes)),
    })
    const attentionPeriod = config.positive('attn_layer_period', 8)
    const attentionOffset = config.integer('attn_layer_offset', 4)
    const expertPeriod = config.positive('expert_layer_period', 2)
    const expertOffset = config.integer('expert_layer_offset', 1)
    const attends = (index: number) => index % attentionPeriod === attentionOffset
    const isSparse = (index: number) => routing.experts > 1 && index % expertPeriod === expertOffset
    const kindOf = (index: number) =>
      `${attends(index) ? 'attention' : 'mamba'} ${isSparse(index) ? 'sparse' : 'dense'}`
    const layer = (kind: string) =>
      container(kind.startsWith('attention') ? 'JambaAttentionDecoderLayer' : 'JambaMambaDecoderLayer', {
        ...(kind.startsWith('attention') ? { self_attn: attention(sizes) } : { mamba: mixer }),
        feed_forward: kind.endsWith('sparse') ? mixture : gatedMlp(sizes),
        input_layernorm: norm,
        pre_ff_layernorm: norm,
      })
    const attentionLayers = range(layers).filter(attends).length
    const sparseLayers = range(layers).filter(isSparse).length
    const moe = moeDimensions(routing, { layers: sparseLayers, ffnSize })
    const mamba = {
      mambaLayers: layers - attentionLayers,
      attentionLayers,
      mlpLayers: 0,
      stateSize,
      convKernel,
    }
    return {
      model: decoderModel('JambaModel', {
        ...sizes,
        layers: listOf(layers, kindOf, layer),
        norm,
        lastNorm: 'final_layernorm',
      }),
      dimensions: { ...decoderDimensions(sizes, { gatedMlp: true, moe }), mamba },
    }
  },
  forward: (config) => ({
    norm: 'rmsNorm',
    masks: { given: 'always' },
    attention: { cache: 'kept', sharedHeads: 'repeated' },
    mixers: {
      mamba: {
        kind: 'tokenScan',
        norms: 'modules',
        usesKernels: config.boolean('use_mamba_kernels', true),
        states: 'replaced',
      },
    },
    feedForward: { activation: config.string('hidden_act', 'silu'), mixture: { normalised: false } },
  }),
  undivided: ONLY_IN_5,
})
