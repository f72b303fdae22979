import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { bertDropout, bertLayerSteps, bertMaskedHead, classifierSteps, denseAndNorm, firstToken } from './bert.js'
import { bertBuffers } from './bert-embeddings.js'
import { ALWAYS_EAGER } from './bert-program.js'
import {
  activated,
  call,
  dropped,
  dropping,
  give,
  layerNormed,
  lookup,
  make,
  plus,
  project,
  scaled,
  set,
  words,
} from './build.js'
import { TOKENS } from './count.js'
import { intermediateSteps } from './pre-norm-bert.js'
import type { Program } from './program.js'
import type { Call, Steps } from './steps.js'
import { labelled, textEncoder } from './text-encoder.js'

/** The program of BigBird (`modeling_big_bird.py`) with full attention, which short texts have whatever the config says. */
export function bigBirdProgram(
  config: ConfigReader,
  dimensions: Dimensions,
  className: string,
  prefix: string,
): Program | undefined {
  if (config.boolean('is_decoder', false)) return undefined
  const { hiddenSize } = dimensions
  const activation = config.string('hidden_act', 'gelu_new')
  const dropout = bertDropout(config, className, 'classifier_dropout', 'hidden_dropout_prob')
  const asks = className.endsWith('ForQuestionAnswering')
  const chooses = className.endsWith('ForMultipleChoice')
  const pooling = (at: string): Call =>
    call(
      [set('first', firstToken(hiddenSize)), give(activated('tanh', project('pooler', 'first')))],
      { hidden: 'hidden' },
      at,
    )
  const isIdle = !asks && !chooses && !className.endsWith('Model')
  const sparse = config.string('attention_type', 'block_sparse') === 'block_sparse'
  const tokens = (5 + 2 * config.integer('num_random_blocks', 3)) * config.positive('block_size', 64)
  const program = textEncoder(className, {
    name: 'BigBird',
    prefix,
    steps: [
      set('ones', make(TOKENS, 'float32')),
      set('mask', make(TOKENS, 'model')),
      ...(asks ? [set('types', make(TOKENS, 'int64'))] : []),
      set('embedded', call(embeddingSteps(config, dropout.hidden, asks), asks ? { types: 'types' } : {}, 'embeddings')),
      set('hidden', 'embedded'),
      {
        each: 'encoder.layer',
        carries: 'hidden',
        given: ['mask'],
        kinds: [bertLayerSteps(dimensions, { activation, dropout, isEager: true })],
      },
      ...(isIdle ? [set('pooled', { ...pooling(''), isIdle })] : []),
    ],
    buffers: bertBuffers(config.integer('max_position_embeddings', 4096)),
    ending: [set('pooled', pooling(''))],
    ...(isIdle && { untrained: ['weight', 'bias'].map((one) => `${prefix}.pooler.${one}`) }),
    heads: {
      ForMaskedLM: [give(call(bertMaskedHead(activation), { hidden: 'hidden' }, 'cls.predictions'))],
      ForSequenceClassification: [
        give(call(classifierSteps(hiddenSize, activation, dropout), { hidden: 'hidden' }, 'classifier')),
      ],
      ForTokenClassification: labelled('classifier', dropout.classifier),
      ForMultipleChoice: [
        set('pooled', pooling(prefix)),
        give(project('classifier', dropped(dropout.classifier, 'pooled'))),
      ],
      ForQuestionAnswering: askingHead(activation, dropout.hidden),
    },
    says: [ALWAYS_EAGER],
  })
  if (!program) return undefined
  // The tokens of the question are masked, which is computed before the model runs.
  const asked = [set('lengths', make(['batch'], 'int64')), set('question', make(TOKENS, 'int64'))]
  return {
    ...program,
    ...(asks && { steps: [...asked, ...program.steps] }),
    ...(sparse && {
      longest: {
        tokens,
        beyond: `longer texts have block-sparse attention: pass at most \`sequenceLength: ${tokens}\`, or a config with \`attention_type: 'original_full'\``,
      },
    }),
  }
}

/** `BigBirdEmbeddings`: the norm comes last. */
const embeddingSteps = (config: ConfigReader, rate: number, asks: boolean): Steps => [
  set('words', words('word_embeddings')),
  ...(config.boolean('rescale_embeddings', false) ? [set('words', scaled('words'))] : []),
  set('kinds', asks ? lookup('token_type_embeddings', TOKENS, 'types') : lookup('token_type_embeddings')),
  set('sum', plus('words', 'kinds')),
  set('places', lookup('position_embeddings', ['sequence'])),
  set('sum', { op: 'addInPlace', of: ['sum', 'places'] }),
  ...dropping(rate, 'sum'),
  give(layerNormed('LayerNorm', 'sum')),
]

/** A feed-forward network in front of the logits of spans, from which the question is taken out. */
function askingHead(activation: string, rate: number): Steps {
  const head: Steps = [
    set('x', dropped(rate, 'hidden')),
    set('x', call(intermediateSteps(activation), { hidden: 'x' }, 'intermediate')),
    set('x', call(denseAndNorm(rate), { hidden: 'x', residual: 'hidden' }, 'output')),
    give(project('qa_outputs', 'x')),
  ]
  return [
    set('logits', call(head, { hidden: 'hidden' }, 'qa_classifier')),
    give(plus('logits', make(TOKENS, 'float32'))),
  ]
}
