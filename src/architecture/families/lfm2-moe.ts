import { attention } from '../blocks/attention.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { fusedMixture, moeDimensions } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, WITH_CONVOLUTIONS } from '../blocks/layer-types.js'
import { rmsNorm } from '../blocks/norm.js'
import { shortConv } from '../blocks/short-conv.js'
import { container, listOfAlike } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** LFM2's mixtures of experts (Liquid AI 2025, arXiv:2511.23404): dense layers first, then 32 small experts. */
export const lfm2Moe = causalLmFamily({
  modelType: 'lfm2_moe',
  name: 'Lfm2Moe',
  defaults: {
    vocab_size: 65_536,
    hidden_size: 2048,
    intermediate_size: 7168,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    max_position_embeddings: 128_000,
    tie_word_embeddings: true,
  },
  build(stated, config) {
    const sizes = { ...stated, tiedEmbeddings: config.boolean('tie_embedding', stated.tiedEmbeddings) }
    const { hiddenSize, headDim, layers } = sizes
    const names = ['w1', 'w3', 'w2'] as const
    const norm = rmsNorm(hiddenSize)
    const headNorm = rmsNorm(headDim)
    const also = { q_layernorm: headNorm, k_layernorm: headNorm }
    const selfAttention = attention({ ...sizes, outputName: 'out_proj', also })
    const routing = {
      experts: config.integer('num_experts', 32),
      expertsPerToken: config.integer('num_experts_per_tok', 4),
    }
    const ffnSize = config.integer('moe_intermediate_size', 1792)
    const mixture = fusedMixture('Lfm2MoeSparseMoeBlock', { hiddenSize, ffnSize, ...routing }, {}, { routerLast: true })
    const types = layerTypes(config, layers, () => 'full_attention', WITH_CONVOLUTIONS)
    const denseLayers = config.integer('num_dense_layers', 2)
    const isDense = (index: number) => index < denseLayers
    const layerAt = (index: number) =>
      container('Lfm2MoeDecoderLayer', {
        ...(types[index] === 'full_attention'
          ? { self_attn: selfAttention }
          : { conv: shortConv('Lfm2MoeShortConv', config, hiddenSize) }),
        feed_forward: isDense(index) ? gatedMlp({ ...sizes, names }) : mixture,
        operator_norm: norm,
        ffn_norm: norm,
      })
    return {
      model: decoderModel('Lfm2MoeModel', {
        ...sizes,
        layers: listOfAlike(layers, (index) => `${types[index]} ${isDense(index)}`, layerAt),
        norm,
        lastNorm: 'embedding_norm',
      }),
      dimensions: decoderDimensions(sizes, {
        gatedMlp: true,
        moe: moeDimensions(routing, { layers: Math.max(0, layers - denseLayers), ffnSize }),
      }),
    }
  },
  forward: (config) => ({
    rotation: { features: 'all', frequencies: 'modelTwice' },
    norm: 'rmsNorm',
    dropout: { attention: 0 },
    mixers: { conv: { kind: 'shortConv', states: 'assigned' } },
    feedForward: {
      activation: 'silu',
      mixture: {
        router: 'sigmoidOfModel',
        normalised: config.boolean('norm_topk_prob', true),
        dispatch: 'grouped',
        routerBuffer: config.boolean('use_expert_bias', true) ? 'float32' : 'none',
      },
    },
  }),
  undivided: NOT_REPLAYED,
})
