import { bertEmbeddings, bertEncoder, classificationHead, configuredBertLayer } from '../blocks/bert.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { container } from '../module.js'
import { classifierSteps } from '../program/bert.js'
import { bertProgram } from '../program/bert-program.js'
import { activated, call, give, layerNormed, project, type Steps, set } from '../program/index.js'
import { summaryHeads } from '../program/sequence-summary.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** ELECTRA (Clark et al. 2020, arXiv:2003.10555): BERT trained to detect replaced words, with narrower embeddings. */
export const electra = headedFamily({
  modelType: 'electra',
  dropout: { hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 },
  name: 'Electra',
  prefix: 'electra',
  defaults: {
    vocab_size: 30_522,
    hidden_size: 256,
    intermediate_size: 1024,
    num_hidden_layers: 12,
    num_attention_heads: 4,
    head_dim: false,
    max_position_embeddings: 512,
    tie_word_embeddings: true,
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers, heads } = sizes
    const embeddingSize = config.positive('embedding_size', 128)
    const positions = config.integer('max_position_embeddings', 512)
    const model = container('ElectraModel', {
      embeddings: bertEmbeddings(embeddingSize, {
        words: vocabSize,
        positions,
        segments: config.integer('type_vocab_size', 2),
      }),
      embeddings_project: embeddingSize === hiddenSize ? undefined : linear(embeddingSize, hiddenSize, { bias: true }),
      encoder: bertEncoder(layers, configuredBertLayer('ElectraLayer', config, sizes)),
    })
    const dimensions = decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: false })
    const generator = {
      generator_predictions: container('ElectraGeneratorPredictions', {
        LayerNorm: layerNorm(embeddingSize),
        dense: linear(hiddenSize, embeddingSize, { bias: true }),
      }),
      generator_lm_head: outputEmbedding(
        { ...dimensions, hiddenSize: embeddingSize },
        'electra.embeddings.word_embeddings',
        { bias: true },
      ),
    }
    const discriminator = container('ElectraDiscriminatorPredictions', {
      dense: linear(hiddenSize, hiddenSize, { bias: true }),
      dense_prediction: linear(hiddenSize, 1, { bias: true }),
    })
    const summary = config.boolean('summary_use_proj', true)
      ? { summary: linear(hiddenSize, hiddenSize, { bias: true }) }
      : {}
    const labels = labelCount(config)
    return {
      model,
      heads: {
        ForCausalLM: generator,
        ForMaskedLM: generator,
        ForPreTraining: { discriminator_predictions: discriminator },
        ForSequenceClassification: { classifier: classificationHead(hiddenSize, labels) },
        ForTokenClassification: { classifier: linear(hiddenSize, labels, { bias: true }) },
        ForQuestionAnswering: { qa_outputs: linear(hiddenSize, labels, { bias: true }) },
        ForMultipleChoice: {
          sequence_summary: container('ElectraSequenceSummary', summary),
          classifier: linear(hiddenSize, 1, { bias: true }),
        },
      },
      dimensions,
    }
  },
  program(config, dimensions, className) {
    const isNarrow = config.positive('embedding_size', 128) !== dimensions.hiddenSize
    const generator: Steps = [
      set('hidden', project('dense', 'hidden')),
      set('hidden', activated('gelu', 'hidden')),
      set('hidden', layerNormed('LayerNorm', 'hidden')),
      give('hidden'),
    ]
    return bertProgram(config, dimensions, className, {
      name: 'Electra',
      prefix: 'electra',
      pools: false,
      isEager: true,
      between: isNarrow ? [set('embedded', project('embeddings_project', 'embedded'))] : [],
      heads: ({ dropout }) => ({
        ForMaskedLM: [
          set('scores', call(generator, { hidden: 'hidden' }, 'generator_predictions')),
          set('scores', project('generator_lm_head', 'scores')),
          give('scores'),
        ],
        ForSequenceClassification: [
          give(call(classifierSteps(dimensions.hiddenSize, 'gelu', dropout), { hidden: 'hidden' }, 'classifier')),
        ],
        ...summaryHeads(config, dimensions, ELECTRA_SUMMARY),
      }),
    })
  },
  loraTargets: ['query', 'value'],
})

/** The class defaults of the summary of a sequence. */
const ELECTRA_SUMMARY = { type: 'first', isProjected: true, activation: 'gelu', lastDropout: 0.1 }
