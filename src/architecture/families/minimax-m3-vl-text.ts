import { attention, headNorms } from '../blocks/attention.js'
import { fusedMixture } from '../blocks/experts.js'
import { fusedGatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, statedSparseLayers } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { partialRotation } from '../forward/rotation.js'
import { container, type Module } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** MiniMax-M3's language model (MiniMax 2026, https://github.com/MiniMax-AI): experts, and sparse attention with an indexer. */
export const minimaxM3VlText = decoderFamily({
  modelType: 'minimax_m3_vl_text',
  name: 'MiniMaxM3VL',
  attributeMap: { num_experts: 'num_local_experts' },
  defaults: {
    vocab_size: 200_064,
    hidden_size: 6144,
    intermediate_size: 3072,
    num_hidden_layers: 60,
    num_attention_heads: 64,
    num_key_value_heads: 4,
    head_dim: 128,
    max_position_embeddings: 524_288,
    tie_word_embeddings: false,
  },
  modelName: 'MiniMaxM3VLTextModel',
  attentionKinds: attentionTypes,
  attention: (sizes, config, kind) =>
    attention({
      ...sizes,
      also: {
        ...headNorms(sizes),
        indexer: kind === 'minimax_m3_sparse' ? indexer(config, sizes.hiddenSize) : undefined,
      },
    }),
  mlp: ({ hiddenSize }, config) => fusedGatedMlp({ hiddenSize, ffnSize: denseSize(config) }),
  mixture({ hiddenSize, ffnSize }, config) {
    const routing = {
      experts: config.positive('num_local_experts', 128),
      expertsPerToken: config.positive('num_experts_per_tok', 4),
    }
    const sharedSize = config.integer('shared_intermediate_size', 3072)
    return {
      routing,
      ffnSize,
      shared: 1,
      block: fusedMixture(
        'MiniMaxM3VLSparseMoeBlock',
        { hiddenSize, ffnSize, ...routing },
        {
          shared_experts: fusedGatedMlp({ hiddenSize, ffnSize: sharedSize }),
        },
      ),
      isSparse: sparseLayers(config),
    }
  },
  dimensions: (_, config) => ({ ffnHiddenSize: denseSize(config) }),
  forward(config, dimensions) {
    const older = config.object('sparse_attention_config')
    return {
      rotation: { ...partialRotation(config, dimensions, 1), frequencies: 'modelTwice' },
      norm: 'rmsNormPlusOne',
      attention: {
        blocks: {
          size: older.integer('sparse_block_size', config.integer('index_block_size', 128)),
          top: older.integer('sparse_topk_blocks', config.integer('index_topk_blocks', 16)),
        },
      },
      untrainedParameters: ['q_proj', 'k_proj', 'q_norm', 'k_norm'].map((name) => `.indexer.${name}.weight`),
      feedForward: {
        activation: config.string('hidden_act', 'silu'),
        clamped: 'before',
        mixture: {
          sharedFirst: true,
          router: { logits: 'model', scores: 'sigmoid', scoresIn: 'float32', biased: true, divided: 'inPlace' },
          scalesRouted: true,
          dispatch: 'grouped',
          routerBuffer: 'model',
        },
      },
    }
  },
  undivided: NOT_REPLAYED,
})

function denseSize(config: ConfigReader): number {
  return config.integer('dense_intermediate_size', 12_288)
}

/** The kinds of the layers' attention; older configs list a number above 0 for each layer with an indexer. */
function attentionTypes(config: ConfigReader, layers: number): readonly string[] {
  const sparse = flagsOf(config.object('sparse_attention_config'), 'sparse_attention_freq', layers)
  return layerTypes(config, layers, (index) => (sparse?.[index] ? 'minimax_m3_sparse' : 'full_attention'), [
    'full_attention',
    'minimax_m3_sparse',
  ])
}

/** The layers with experts: as `mlp_layer_types` says, or those with a number above 0 in `moe_layer_freq`, or all. */
function sparseLayers(config: ConfigReader): (index: number) => boolean {
  const listedTypes = statedSparseLayers(config)
  if (listedTypes) return listedTypes
  const stated = config.integers('moe_layer_freq')
  return (index) => stated === undefined || stated[index] !== 0
}

/** A list with an entry for each layer, in a config inside that of the model. */
function flagsOf(config: ConfigReader, name: string, layers: number): readonly number[] | undefined {
  const flags = config.integers(name)
  const place = [...config.place, name].join('.')
  if (config.isNull(name)) config.doubt(`${place} is null: transformers expects a list, and fails.`)
  if (flags && flags.length !== layers) {
    config.doubt(`${place} has ${flags.length} entries for ${layers} layers: transformers refuses that.`)
  }
  return flags
}

/** A few narrow heads that choose the blocks of tokens to attend to. */
function indexer(config: ConfigReader, hiddenSize: number): Module {
  const older = config.object('sparse_attention_config')
  const heads = older.integer('sparse_num_index_heads', config.integer('index_n_heads', 4))
  const headDim = older.integer('sparse_index_dim', config.integer('index_head_dim', 128))
  return container('MiniMaxM3VLIndexer', {
    q_proj: linear(hiddenSize, heads * headDim),
    k_proj: linear(hiddenSize, headDim),
    q_norm: rmsNorm(headDim),
    k_norm: rmsNorm(headDim),
  })
}
