import { bertPooler, denseAndNorm } from '../blocks/bert.js'
import { doubtComputed } from '../blocks/computed-size.js'
import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { tree } from '../blocks/tree.js'
import type { ConfigReader } from '../config-reader.js'
import { container, type Module, repeated, tied } from '../module.js'
import { mobilebertProgram } from '../program/mobilebert.js'
import { BERT_DEFAULTS, bertFamily } from '../shapes/bert-family.js'

/** MobileBERT (Sun et al. 2020, arXiv:2004.02984): deep and narrow, with bottlenecks around the layers. */
export const mobilebert = bertFamily({
  modelType: 'mobilebert',
  name: 'MobileBert',
  prefix: 'mobilebert',
  program: (config, dimensions, className) => mobilebertProgram(config, dimensions, className, 'mobilebert'),
  dropout: { attention_probs_dropout_prob: 0.1 },
  defaults: {
    ...BERT_DEFAULTS,
    hidden_size: 512,
    intermediate_size: 512,
    num_hidden_layers: 24,
    num_attention_heads: 4,
  },
  pooler: (hiddenSize, config) =>
    config.boolean('classifier_activation', true) ? bertPooler(hiddenSize) : container('MobileBertPooler', {}),
  build({ vocabSize, hiddenSize, ffnSize, layers }, config) {
    const size = config.integer('embedding_size', 128)
    const joined = config.boolean('trigram_input', true) ? 3 * size : size
    return {
      embeddings: tree('MobileBertEmbeddings', {
        word_embeddings: embedding(vocabSize, size),
        position_embeddings: embedding(config.integer('max_position_embeddings', 512), hiddenSize),
        token_type_embeddings: embedding(config.integer('type_vocab_size', 2), hiddenSize),
        embedding_transformation: linear(joined, hiddenSize, { bias: true }),
        LayerNorm: layerNorm(hiddenSize),
      }),
      encoder: tree('MobileBertEncoder', { layer: repeated(layers, layerOf(config, hiddenSize, ffnSize)) }),
    }
  },
  // The words are predicted from their own features and from further ones.
  heads({ hiddenSize, vocabSize, tiedEmbeddings }, config) {
    const size = config.integer('embedding_size', 128)
    const ties = {
      ...(tiedEmbeddings && { weight: 'mobilebert.embeddings.word_embeddings.weight' }),
      bias: 'cls.predictions.bias',
    }
    const predictions = container(
      'MobileBertLMPredictionHead',
      {
        transform: container('Transform', denseAndNorm(hiddenSize, hiddenSize)),
        dense: linear(vocabSize, hiddenSize - size),
        decoder: tied(linear(size, vocabSize, { bias: true }), ties),
      },
      { parameters: { bias: [vocabSize] } },
    )
    const next = linear(hiddenSize, 2, { bias: true })
    return {
      ForMaskedLM: { cls: container('MobileBertOnlyMLMHead', { predictions }) },
      ForPreTraining: { cls: container('MobileBertPreTrainingHeads', { predictions, seq_relationship: next }) },
    }
  },
})

function layerOf(config: ConfigReader, hiddenSize: number, ffnSize: number): Module {
  const isNarrow = config.boolean('use_bottleneck', true)
  const width = isNarrow ? config.integer('intra_bottleneck_size', 128) : hiddenSize
  doubtComputed(config, 'true_hidden_size', width)
  const valueWidth = isNarrow && config.boolean('use_bottleneck_attention', false) ? width : hiddenSize
  const down = isNarrow ? container('BottleneckLayer', denseAndNorm(hiddenSize, width)) : undefined
  const ffns = config.integer('num_feedforward_networks', 4) - 1
  const ffn = tree('FFNLayer', {
    'intermediate.dense': linear(width, ffnSize, { bias: true }),
    output: container('Output', denseAndNorm(ffnSize, width), { part: 'mlp' }),
  })
  return tree('MobileBertLayer', {
    'attention.self.{query,key}': linear(width, width, { bias: true }),
    'attention.self.value': linear(valueWidth, width, { bias: true }),
    'attention.output': container('SelfOutput', denseAndNorm(width, width)),
    'intermediate.dense': linear(width, ffnSize, { bias: true }),
    'output.dense': linear(ffnSize, width, { bias: true }),
    'output.LayerNorm': layerNorm(width),
    'output.bottleneck': isNarrow ? container('OutputBottleneck', denseAndNorm(width, hiddenSize)) : undefined,
    'bottleneck.input': down,
    'bottleneck.attention': config.boolean('key_query_shared_bottleneck', true) ? down : undefined,
    ffn: ffns > 0 ? repeated(ffns, ffn) : undefined,
  })
}
