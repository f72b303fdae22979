import { bertEmbeddings, bertEncoder, bertLayer, denseAndNorm, maskedLmHead } from '../blocks/bert.js'
import { newerLmHead } from '../blocks/deberta-lm-head.js'
import { BERT_DEFAULTS, decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { container, type Module } from '../module.js'
import { debertaProgram } from '../program/deberta.js'
import { headedFamily } from '../shapes/headed-family.js'

/** DeBERTa 1 (He et al. 2020, arXiv:2006.03654): separate attention to the content of a word and to its relative position. */
export const deberta = headedFamily({
  modelType: 'deberta',
  name: 'Deberta',
  prefix: 'deberta',
  loraTargets: ['in_proj'],
  dropout: { hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 },
  program: (config, dimensions, className) => debertaProgram(config, dimensions, className, 'deberta'),
  defaults: { ...BERT_DEFAULTS, vocab_size: 50_265 },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers, heads } = sizes
    const features = config.derived('embedding_size', hiddenSize)
    const positions = config.integer('max_position_embeddings', 512)
    const words = {
      words: vocabSize,
      positions: config.boolean('position_biased_input', true) ? positions : undefined,
      segments: config.integer('type_vocab_size', 0) || undefined,
    }
    const embeddings = bertEmbeddings(features, words, {
      ...(features === hiddenSize ? {} : { embed_proj: linear(features, hiddenSize) }),
      LayerNorm: layerNorm(hiddenSize),
    })
    const isRelative = config.boolean('relative_attention', false)
    const stated = config.number('max_relative_positions', -1)
    const distances = 2 * (stated < 1 ? positions : stated)
    const layer = bertLayer('DebertaLayer', sizes, disentangledAttention(config, sizes, isRelative))
    const encoder = bertEncoder(layers, layer, {
      rel_embeddings: isRelative ? embedding(distances, hiddenSize) : undefined,
    })
    const input = sizes.tiedEmbeddings ? 'deberta.embeddings.word_embeddings' : undefined
    const transform = { transform: container('Transform', denseAndNorm(hiddenSize, features)) }
    const predictions = maskedLmHead('cls.predictions', transform, { features, vocabSize }, input)
    const poolerSize = config.derived('pooler_hidden_size', hiddenSize)
    const pooler = container('ContextPooler', { dense: linear(poolerSize, poolerSize, { bias: true }) })
    const classifier = linear(hiddenSize, labelCount(config), { bias: true })
    return {
      model: container('DebertaModel', { embeddings, encoder }),
      heads: {
        ForMaskedLM: config.boolean('legacy', true)
          ? { cls: container('OnlyMLMHead', { predictions }) }
          : { lm_predictions: container('OnlyMLMHead', { lm_head: newerLmHead(sizes, input) }) },
        ForSequenceClassification: { pooler, classifier },
        ForTokenClassification: { classifier },
        ForQuestionAnswering: { qa_outputs: classifier },
      },
      dimensions: decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: false }),
    }
  },
})

/** Attention with one projection for queries, keys and values, and one for the positions that each of them attends to. */
function disentangledAttention(
  config: ConfigReader,
  { hiddenSize, heads }: { readonly hiddenSize: number; readonly heads: number },
  isRelative: boolean,
): Module {
  const features = heads * Math.floor(hiddenSize / heads)
  // Configs write `c2p|p2c` as well as `["c2p", "p2c"]`.
  const kinds = JSON.stringify(config.raw('pos_att_type') ?? [])
  const talks = config.boolean('talking_head', false) ? linear(heads, heads) : undefined
  const self = container(
    'DisentangledSelfAttention',
    {
      in_proj: linear(hiddenSize, 3 * features),
      head_logits_proj: talks,
      head_weights_proj: talks,
      pos_proj: isRelative && kinds.includes('c2p') ? linear(hiddenSize, features) : undefined,
      pos_q_proj: isRelative && kinds.includes('p2c') ? linear(hiddenSize, features, { bias: true }) : undefined,
    },
    { parameters: { q_bias: [features], v_bias: [features] } },
  )
  const output = container('DebertaSelfOutput', denseAndNorm(hiddenSize, hiddenSize))
  return container('DebertaAttention', { self, output }, { part: 'attention' })
}
