import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import {
  bertBlockSteps,
  bertDropout,
  bertLayerSteps,
  bertMaskedHead,
  classifierSteps,
  denseAndNorm,
  firstToken,
} from './bert.js'
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
  written,
} from './build.js'
import { type Count, type Padded, TOKENS } from './count.js'
import type { Program } from './program.js'
import type { Call, Operation, Steps } from './steps.js'
import { textEncoder } from './text-encoder.js'

/**
 * The program of BigBird (`modeling_big_bird.py`): with full attention for short texts, and for longer ones as the config says.
 */
export function bigBirdProgram(
  config: ConfigReader,
  dimensions: Dimensions,
  className: string,
  prefix: string,
): Program | undefined {
  if (config.boolean('is_decoder', false)) return undefined
  const model = { config, dimensions, className, prefix }
  const full = programOf(model)
  if (!full || config.string('attention_type', 'block_sparse') !== 'block_sparse') return full
  const size = config.positive('block_size', 64)
  const sparse = programOf(model, size)
  const tokens = (5 + 2 * config.integer('num_random_blocks', 3)) * size
  const says = [
    ...(full.says ?? []),
    `texts of more than ${tokens} tokens have block-sparse attention, shorter ones full attention; it is that of transformers 4.57, and version 5 needs some percent more for it`,
  ]
  return { ...full, says, ...(sparse && { longest: { tokens, beyond: sparse.steps } }) }
}

interface Model {
  readonly config: ConfigReader
  readonly dimensions: Dimensions
  readonly className: string
  readonly prefix: string
}

/** The program of a class with one kind of attention: block-sparse with blocks of so many tokens, or full. */
function programOf({ config, dimensions, className, prefix }: Model, size?: number): Program | undefined {
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
  // A linear layer on vectors that may have padding between their sequences.
  const byToken = (module: string): Operation =>
    size === undefined
      ? project(module, 'hidden')
      : written({ kind: 'stridedLinear', module, order: 'padded', tokens: [{ paddedTo: size }] })
  const program = textEncoder(className, {
    name: 'BigBird',
    prefix,
    steps: [
      ...(size === undefined ? fullSteps(config, dimensions, asks) : sparseSteps(config, dimensions, { size, asks })),
      ...(isIdle ? [set('pooled', { ...pooling(''), isIdle })] : []),
      // The choice takes the pooled vectors alone.
      ...(size === undefined || chooses
        ? []
        : [set('hidden', { op: 'unpadded', of: 'hidden', count: [...TOKENS, hiddenSize] } as const)]),
    ],
    ...(asks && { given: { types: 'types' } }),
    buffers: bertBuffers(config.integer('max_position_embeddings', 4096)),
    ending: [set('pooled', pooling(''))],
    ...(isIdle && { untrained: ['weight', 'bias'].map((one) => `${prefix}.pooler.${one}`) }),
    heads: {
      ForMaskedLM: [give(call(bertMaskedHead(activation, byToken('dense')), { hidden: 'hidden' }, 'cls.predictions'))],
      ForSequenceClassification: [
        give(call(classifierSteps(hiddenSize, activation, dropout), { hidden: 'hidden' }, 'classifier')),
      ],
      ForTokenClassification: tokenHead(dropout.classifier, byToken('classifier')),
      ForMultipleChoice: [
        set('pooled', pooling(prefix)),
        give(project('classifier', dropped(dropout.classifier, 'pooled'))),
      ],
      ForQuestionAnswering: askingHead(activation, dropout.hidden, byToken('dense')),
    },
    says: [ALWAYS_EAGER],
  })
  if (!program) return undefined
  // The tokens of the question are masked, which is computed before the model runs.
  const asked = [
    set('lengths', make(['batch'], 'int64')),
    set('question', make(TOKENS, 'int64')),
    set('types', make(TOKENS, 'int64')),
  ]
  return { ...program, ...(asks && { steps: [...asked, ...program.steps] }) }
}

/** Embeddings and layers with full attention. */
function fullSteps(config: ConfigReader, dimensions: Dimensions, asks: boolean): Steps {
  const dropout = bertDropout(config, '')
  const activation = config.string('hidden_act', 'gelu_new')
  return [
    set('ones', make(TOKENS, 'float32')),
    set('mask', make(TOKENS, 'model')),
    set(
      'embedded',
      call(embeddingSteps(config, dropout.hidden, { isTyped: asks }), asks ? { types: 'types' } : {}, 'embeddings'),
    ),
    set('hidden', 'embedded'),
    {
      each: 'encoder.layer',
      carries: 'hidden',
      given: ['mask'],
      kinds: [bertLayerSteps(dimensions, { activation, dropout, isEager: true })],
    },
  ]
}

/** The same with block-sparse attention, on a text that is padded to whole blocks. */
function sparseSteps(
  config: ConfigReader,
  { heads }: Dimensions,
  { size, asks }: { readonly size: number; readonly asks: boolean },
): Steps {
  const dropout = bertDropout(config, '')
  const length: Padded = { paddedTo: size }
  const tokens: Count = ['batch', length]
  const ifAny: Count = ['batch', { ...length, ifAny: true }]
  const self = written({ kind: 'blockSparseAttention', heads, size, random: config.integer('num_random_blocks', 3) })
  const masks = { band: 'band', rows: 'rows', columns: 'columns' }
  const attention: Steps = [
    set('band', { op: 'like', of: 'band', as: 'hidden' }),
    set('rows', { op: 'like', of: 'mask', as: 'hidden' }),
    set('columns', { op: 'like', of: 'mask', as: 'hidden' }),
    set('context', call([give(self)], { hidden: 'hidden', ...masks }, 'self')),
    give(call(denseAndNorm(dropout.hidden), { hidden: 'context', residual: 'hidden' }, 'output')),
  ]
  return [
    set('mask', make(tokens, 'float32')),
    set('types', asks ? { op: 'padded', of: 'types', count: tokens } : make(ifAny, 'int64')),
    set('ids', make(ifAny, 'int64')),
    set('band', make(['batch', { ...length, less: 4 * size }, 3 * size], 'float32')),
    set(
      'embedded',
      call(
        embeddingSteps(config, dropout.hidden, { isTyped: true, length }),
        { types: 'types', ids: 'ids' },
        'embeddings',
      ),
    ),
    set('hidden', 'embedded'),
    {
      each: 'encoder.layer',
      carries: 'hidden',
      given: ['mask', 'band'],
      kinds: [
        bertBlockSteps(attention, { activation: config.string('hidden_act', 'gelu_new'), dropout }, { band: 'band' }),
      ],
    },
  ]
}

/** `BigBirdEmbeddings`: the norm comes last. A padded text has ids of its own. */
function embeddingSteps(
  config: ConfigReader,
  rate: number,
  { isTyped, length }: { readonly isTyped: boolean; readonly length?: Padded },
): Steps {
  const tokens: Count = length ? ['batch', length] : TOKENS
  return [
    set('words', words('word_embeddings', tokens, length && 'ids')),
    ...(config.boolean('rescale_embeddings', false) ? [set('words', scaled('words'))] : []),
    set('kinds', isTyped ? lookup('token_type_embeddings', tokens, 'types') : lookup('token_type_embeddings')),
    set('sum', plus('words', 'kinds')),
    set('places', lookup('position_embeddings', [length ?? 'sequence'])),
    set('sum', { op: 'addInPlace', of: ['sum', 'places'] }),
    ...dropping(rate, 'sum'),
    give(layerNormed('LayerNorm', 'sum')),
  ]
}

/** A classifier of tokens. Dropout makes a copy without padding. */
const tokenHead = (rate: number, classifier: Operation): Steps =>
  rate > 0 ? [set('hidden', dropped(rate, 'hidden')), give(project('classifier', 'hidden'))] : [give(classifier)]

/** A feed-forward network in front of the logits of spans, from which the question is taken out. */
function askingHead(activation: string, rate: number, dense: Operation): Steps {
  const between: Steps = [
    set('hidden', rate > 0 ? project('dense', 'hidden') : dense),
    set('hidden', activated(activation, 'hidden')),
    give('hidden'),
  ]
  const head: Steps = [
    set('x', dropped(rate, 'hidden')),
    set('x', call(between, { hidden: 'x' }, 'intermediate')),
    set('x', call(denseAndNorm(rate), { hidden: 'x', residual: 'hidden' }, 'output')),
    give(project('qa_outputs', 'x')),
  ]
  return [
    set('logits', call(head, { hidden: 'hidden' }, 'qa_classifier')),
    give(plus('logits', make(TOKENS, 'float32'))),
  ]
}
