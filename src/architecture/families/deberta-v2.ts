import { bertAttention, bertEmbeddings, bertEncoder, bertLayer, denseAndNorm, maskedLmHead } from '../blocks/bert.js'
import { newerLmHead } from '../blocks/deberta-lm-head.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { type Children, container } from '../module.js'
import { debertaV2Program } from '../program/deberta-v2.js'
import { headedFamily } from '../shapes/headed-family.js'

/**
 * DeBERTa v2 and v3 (He et al. 2020, arXiv:2006.03654; 2021, arXiv:2111.09543): separate attention to the content of a word and
 * to its relative position.
 */
export const debertaV2 = headedFamily({
  modelType: 'deberta-v2',
  unreplayed: ['reentrant recomputation', 'distances of one text'],
  name: 'DebertaV2',
  prefix: 'deberta',
  defaults: {
    vocab_size: 128_100,
    hidden_size: 1536,
    intermediate_size: 6144,
    num_hidden_layers: 24,
    num_attention_heads: 24,
    head_dim: false,
    max_position_embeddings: 512,
    tie_word_embeddings: true,
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers, heads } = sizes
    const features = config.derived('embedding_size', hiddenSize)
    const words = {
      words: vocabSize,
      positions: config.boolean('position_biased_input', true)
        ? config.integer('max_position_embeddings', 512)
        : undefined,
      segments: config.integer('type_vocab_size', 0) || undefined,
    }
    const also = {
      ...(features === hiddenSize ? {} : { embed_proj: linear(features, hiddenSize) }),
      LayerNorm: layerNorm(hiddenSize),
    }
    const attended = heads * config.derived('attention_head_size', sizes.headDim)
    const attention = bertAttention(hiddenSize, {
      names: ['query_proj', 'key_proj', 'value_proj'],
      also: positionProjections(config, hiddenSize, attended),
      features: attended,
    })
    const encoder = bertEncoder(layers, bertLayer('DebertaV2Layer', sizes, attention), encoderParts(config, hiddenSize))
    const model = container('DebertaV2Model', { embeddings: bertEmbeddings(features, words, also), encoder })
    const input = sizes.tiedEmbeddings ? 'deberta.embeddings.word_embeddings' : undefined
    const transform = { transform: container('Transform', denseAndNorm(hiddenSize, features)) }
    const legacy = { predictions: maskedLmHead('cls.predictions', transform, { features, vocabSize }, input) }
    const poolerSize = config.derived('pooler_hidden_size', hiddenSize)
    const pooler = container('ContextPooler', { dense: linear(poolerSize, poolerSize, { bias: true }) })
    const labels = labelCount(config)
    const byToken = linear(hiddenSize, labels, { bias: true })
    return {
      model,
      heads: {
        ForMaskedLM: config.boolean('legacy', true)
          ? { cls: container('OnlyMLMHead', legacy) }
          : { lm_predictions: container('OnlyMLMHead', { lm_head: newerLmHead(sizes, input) }) },
        // The pooler's output always counts as `hidden_size` wide, even if its own size differs.
        ForSequenceClassification: { pooler, classifier: linear(hiddenSize, labels, { bias: true }) },
        ForTokenClassification: { classifier: byToken },
        ForQuestionAnswering: { qa_outputs: byToken },
        ForMultipleChoice: { pooler, classifier: linear(hiddenSize, 1, { bias: true }) },
      },
      dimensions: decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: false }),
    }
  },
  program: (config, dimensions, className) => debertaV2Program(config, dimensions, className, 'deberta'),
  dropout: { hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 },
  loraTargets: ['query_proj', 'value_proj'],
})

/** Projections of the relative positions, if they do not share those of the words. */
function positionProjections(config: ConfigReader, hiddenSize: number, attended: number): Children {
  if (!config.boolean('relative_attention', false) || config.boolean('share_att_key', false)) return {}
  // Configs write `c2p|p2c` as well as `["c2p", "p2c"]`.
  const kinds = JSON.stringify(config.raw('pos_att_type') ?? [])
  const projection = linear(hiddenSize, attended, { bias: true })
  return {
    pos_key_proj: kinds.includes('c2p') ? projection : undefined,
    pos_query_proj: kinds.includes('p2c') ? projection : undefined,
  }
}

/** What the encoder has besides its layers: relative position embeddings, their norm, and a convolution after the first layer. */
function encoderParts(config: ConfigReader, hiddenSize: number): Children {
  const stated = config.number('max_relative_positions', -1)
  const buckets = config.number('position_buckets', -1)
  const reach = stated < 1 ? config.integer('max_position_embeddings', 512) : stated
  const distances = 2 * (buckets > 0 ? buckets : reach)
  const kernel = config.integer('conv_kernel_size', 0)
  const inGroup = Math.floor(hiddenSize / config.integer('conv_groups', 1))
  const normed = config.string('norm_rel_ebd', 'none').toLowerCase().includes('layer_norm')
  const convolution = { weight: [hiddenSize, inGroup, kernel], bias: [hiddenSize] }
  return {
    rel_embeddings: config.boolean('relative_attention', false) ? embedding(distances, hiddenSize) : undefined,
    LayerNorm: normed ? layerNorm(hiddenSize) : undefined,
    conv:
      kernel > 0
        ? container('ConvLayer', {
            conv: { type: 'Conv1d', parameters: convolution },
            LayerNorm: layerNorm(hiddenSize),
          })
        : undefined,
  }
}
