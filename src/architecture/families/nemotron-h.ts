import { attention } from '../blocks/attention.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { moeDimensions, router } from '../blocks/experts.js'
import { layersOfTypes } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { mamba2Mixer } from '../blocks/mamba.js'
import { rmsNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import type { ConfigReader } from '../config-reader.js'
import { groupedDeepseekMixture } from '../forward/deepseek-mixture.js'
import { container, type Module } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/**
 * Nemotron-H (NVIDIA 2025, arXiv:2504.03624): each layer is one block alone, Mamba-2, attention, an MLP or experts, as
 * `hybrid_override_pattern` says with one letter a layer.
 */
export const nemotronH = causalLmFamily({
  modelType: 'nemotron_h',
  name: 'NemotronH',
  inputEmbedding: 'embeddings',
  defaults: {
    vocab_size: 131_072,
    hidden_size: 4096,
    intermediate_size: 21_504,
    num_hidden_layers: 0,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    head_dim: 128,
    max_position_embeddings: 4096,
    tie_word_embeddings: false,
  },
  build(stated, config) {
    const types = blockTypes(config)
    // transformers ties no weights in this family: it ignores `tie_word_embeddings`.
    const sizes = { ...stated, layers: types.length, tiedEmbeddings: false }
    const { vocabSize, hiddenSize } = sizes
    const heads = config.integer('mamba_num_heads', 128)
    const channels = heads * config.integer('mamba_head_dim', 64)
    const stateSize = config.integer('ssm_state_size', 128)
    const convKernel = config.integer(['mamba_d_conv', 'conv_kernel'], 4)
    const mixer = mamba2Mixer({
      hiddenSize,
      innerSize: channels,
      heads,
      groups: config.integer(['mamba_n_groups', 'n_groups'], 8),
      stateSize,
      convKernel,
      bias: config.boolean('use_bias', false),
      convBias: config.boolean(['mamba_conv_bias', 'use_conv_bias'], true),
      norm: rmsNorm(channels),
      type: 'NemotronHMamba2Mixer',
    })
    const bias = config.boolean('mlp_bias', false)
    const routing = {
      experts: config.integer(['num_local_experts', 'n_routed_experts'], 8),
      expertsPerToken: config.integer('num_experts_per_tok', 2),
    }
    const expertFfnSize = config.integer('moe_intermediate_size', 7688)
    const sharedFfnSize = config.integer('moe_shared_expert_intermediate_size', 7688)
    const latentSize = config.optionalInteger('moe_latent_size')
    const width = latentSize ?? hiddenSize
    // Plain experts in two tensors of three dimensions, `[experts, out, in]`.
    const experts: Module = {
      type: 'NemotronHExperts',
      parameters: {
        up_proj: [routing.experts, expertFfnSize, width],
        down_proj: [routing.experts, width, expertFfnSize],
      },
      routed: routing,
    }
    const mixture = container(
      'NemotronHMoE',
      {
        experts,
        gate: router(routing.experts, hiddenSize),
        shared_experts: plainMlp({ hiddenSize, ffnSize: sharedFfnSize, bias }),
        fc1_latent_proj: latentSize === undefined ? undefined : linear(hiddenSize, latentSize, { bias }),
        fc2_latent_proj: latentSize === undefined ? undefined : linear(latentSize, hiddenSize, { bias }),
      },
      { part: 'experts' },
    )
    const blocks: Readonly<Record<string, Module>> = {
      linear_attention: mixer,
      full_attention: attention(sizes),
      mlp: plainMlp({ ...sizes, bias }),
      moe: mixture,
    }
    const layer = (type: string) => container('NemotronHBlock', { norm: rmsNorm(hiddenSize), mixer: blocks[type] })
    const countOf = (type: string) => types.filter((each) => each === type).length
    const moe = moeDimensions(routing, {
      layers: countOf('moe'),
      ffnSize: expertFfnSize,
      shared: config.integer('n_shared_experts', 1),
    })
    const mamba = {
      mambaLayers: countOf('linear_attention'),
      attentionLayers: countOf('full_attention'),
      mlpLayers: countOf('mlp') + countOf('moe'),
      stateSize,
      convKernel,
    }
    return {
      model: container('NemotronHModel', {
        embeddings: embedding(vocabSize, hiddenSize),
        layers: layersOfTypes(types, layer),
        norm_f: rmsNorm(hiddenSize),
      }),
      dimensions: { ...decoderDimensions(sizes, { gatedMlp: false, moe }), mamba },
    }
  },
  forward: (config) => ({
    norm: 'rmsNormFloat32Gain',
    mixers: {
      mixer: {
        kind: 'chunkProducts',
        having: 'conv1d',
        chunkTokens: config.positive(['mamba_chunk_size', 'chunk_size'], 128),
        activation: config.string('mamba_hidden_act', 'silu'),
        states: 'assigned',
      },
    },
    feedForward: {
      activation: config.string('mlp_hidden_act', 'relu2'),
      mixture: { ...groupedDeepseekMixture(config), float32Parameters: ['.mixer.gate.weight'] },
    },
    residual: { order: 'single' },
    logits: { form: 'float32' },
  }),
  loraTargets: ['q_proj', 'k_proj', 'v_proj', 'o_proj'],
  loraRefused: ['out_proj', 'conv1d'],
  undivided: NOT_REPLAYED,
})

/** The block of each layer, from the list `layers_block_type` or the letters of `hybrid_override_pattern`. */
function blockTypes(config: ConfigReader): readonly string[] {
  const listed = config.strings(['layer_types', 'layers_block_type'])
  const types = listed ?? [...config.string('hybrid_override_pattern', 'ME*-')]
  return types.map((type) => {
    const block = BLOCKS[type]
    if (block === undefined) throw config.invalid(listed ? 'layers_block_type' : 'hybrid_override_pattern', EXPECTED)
    return block
  })
}

const EXPECTED = 'made of mamba (M), attention (*), mlp (-) and moe (E)'

/** The blocks by letter, and by the names in older and newer configs. */
const BLOCKS: Readonly<Record<string, string | undefined>> = {
  M: 'linear_attention',
  '*': 'full_attention',
  '-': 'mlp',
  E: 'moe',
  mamba: 'linear_attention',
  attention: 'full_attention',
  linear_attention: 'linear_attention',
  full_attention: 'full_attention',
  mlp: 'mlp',
  moe: 'moe',
}
