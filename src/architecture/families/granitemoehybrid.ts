import { llamaAttention } from '../blocks/attention.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { moeDimensions } from '../blocks/experts.js'
import { graniteMixture, graniteSharedMlp } from '../blocks/granite-experts.js'
import { layersOfTypes, layerTypes, WITH_LINEAR } from '../blocks/layer-types.js'
import { innerSize, mamba2Mixer, mambaHeads } from '../blocks/mamba.js'
import { rmsNorm } from '../blocks/norm.js'
import { llamaForward } from '../forward/llama-forward.js'
import { container } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { ONLY_IN_5 } from '../tensor-plan.js'

/** Granite 4 (IBM 2025, https://www.ibm.com/granite): Mamba-2 in nine layers of ten, with or without routed experts. */
export const granitemoehybrid = causalLmFamily({
  modelType: 'granitemoehybrid',
  name: 'GraniteMoeHybrid',
  attributeMap: { layers_block_type: 'layer_types' },
  defaults: {
    vocab_size: 32_000,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    head_dim: false,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  build(sizes, config) {
    const { hiddenSize, layers } = sizes
    const norm = rmsNorm(hiddenSize)
    const { routing, ffnSize, block } = graniteMixture(config, sizes, 'GraniteMoeHybridMoE')
    const channels = innerSize(config, 'mamba_expand', hiddenSize)
    const stateSize = config.integer('mamba_d_state', 256)
    const convKernel = config.positive('mamba_d_conv', 4)
    const mixer = mamba2Mixer({
      hiddenSize,
      innerSize: channels,
      heads: mambaHeads(config, channels, { heads: 'mamba_n_heads', headDim: 'mamba_d_head' }),
      groups: config.integer('mamba_n_groups', 1),
      stateSize,
      convKernel,
      bias: config.boolean('mamba_proj_bias', false),
      convBias: config.boolean('mamba_conv_bias', true),
      norm: rmsNorm(channels),
      type: 'GraniteMoeHybridMambaLayer',
    })
    const sharedSize = config.integer('shared_intermediate_size', 1024)
    const selfAttention = llamaAttention(sizes, config)
    const types = layerTypes(config, layers, () => 'linear_attention', WITH_LINEAR)
    const layer = (type: string) =>
      container('GraniteMoeHybridDecoderLayer', {
        block_sparse_moe: block,
        input_layernorm: norm,
        post_attention_layernorm: norm,
        shared_mlp: graniteSharedMlp('GraniteMoeHybridMLP', hiddenSize, sharedSize),
        ...(type === 'linear_attention' ? { mamba: mixer } : { self_attn: selfAttention }),
      })
    const mambaLayers = types.filter((type) => type === 'linear_attention').length
    const moe = moeDimensions(routing, { layers, ffnSize, shared: 1 })
    const dimensions = decoderDimensions(sizes, { gatedMlp: true, moe, ...(moe ? {} : { ffnHiddenSize: sharedSize }) })
    const mamba = { mambaLayers, attentionLayers: layers - mambaLayers, mlpLayers: 0, stateSize, convKernel }
    return {
      model: decoderModel('GraniteMoeHybridModel', { ...sizes, layers: layersOfTypes(types, layer), norm }),
      dimensions: mambaLayers > 0 ? { ...dimensions, mamba } : dimensions,
    }
  },
  forward: (config) => {
    const { rotation, ...forward } = llamaForward(config)
    return {
      ...forward,
      ...(rotation && config.string('position_embedding_type', 'nope') === 'rope' && { rotation }),
      embedding: 'scaledInModel',
      masks: { given: 'prefill', size: 'forAllSequences' },
      attention: { cache: 'kept' },
      mixers: {
        mamba: { kind: 'chunkScan', chunkTokens: config.positive('mamba_chunk_size', 256), states: 'inPlace' },
      },
      residual: { order: 'sequential', scaled: true, keepsRouted: true },
      logits: { form: 'scaled', castsForLoss: true },
    }
  },
  undivided: ONLY_IN_5,
})
