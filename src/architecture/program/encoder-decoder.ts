import type { ConfigReader } from '../config-reader.js'
import { activated, call, dropping, give, lookup, make, plus, project, set } from './build.js'
import { type Count, TOKENS } from './count.js'
import type { Buffer, Program } from './program.js'
import type { Lookup, Loop, Step, Steps } from './steps.js'
import { labelled, SPAN_LOSS } from './text-encoder.js'

/** One of the two stacks. */
export interface Stack {
  /** From the tokens to the `hidden` states that the first layer gets. */
  readonly embeddings: readonly Step[]
  readonly layers: Loop
  /** What follows the layers: a norm. */
  readonly ending?: readonly Step[]
}

/** An encoder-decoder: two stacks, the second with attention to the output of the first. */
export interface EncoderDecoder {
  readonly encoder: Stack
  readonly decoder: Stack
  /** The name of the model that holds both. */
  readonly at?: string
  /** The output embedding. */
  readonly head: string
  /** What a class computes that labels texts, in place of the output embedding. */
  readonly labels?: ReadingHead | undefined
  readonly buffers?: readonly Buffer[]
  /** Elements of the sound that it reads, in the dtype of the parameters. Default: it reads tokens. */
  readonly reads?: Count
  /** The names of parameters that are never trained. */
  readonly untrained?: readonly string[]
  /** Whether the hidden states are scaled before the output embedding. */
  readonly scales?: boolean
  /** Whether a bias that is not trained is added to the logits (BART). */
  readonly addsBias?: boolean
}

/** All tokens that are written. */
export const TARGETS: Count = ['batch', 'target']

/** The embeddings of the labels, shifted by one. */
export const WRITTEN: Lookup = lookup('embed_tokens', TARGETS, 'shifted')

/** The program of a class for conditional generation, or of a class that labels the texts that it reads and writes again. */
export function encoderDecoder({
  encoder,
  decoder,
  at = 'model',
  head,
  labels,
  buffers = [],
  addsBias = false,
  reads,
  untrained,
  scales = false,
}: EncoderDecoder): Program {
  const encode: Steps = [...encoder.embeddings, encoder.layers, ...(encoder.ending ?? []), give('hidden')]
  const decode: Steps = [...decoder.embeddings, decoder.layers, ...(decoder.ending ?? []), give('hidden')]
  const inside = (name: string) => (at === '' ? name : `${at}.${name}`)
  const stacks = (isForLabels: boolean): Steps => [
    ...(reads ? [set('features', { op: 'expand', of: make([0], 'model'), count: reads } as const)] : []),
    set('source', call(encode, reads ? { features: 'features' } : {}, inside('encoder'))),
    set('shifted', { ...make(TARGETS, 'int64'), isForLabels }),
    set('hidden', call(decode, { source: 'source', shifted: 'shifted' }, inside('decoder'))),
  ]
  // `encoder_last_hidden_state`.
  const kept = { returned: ['source'], ...(untrained && { untrained }) }
  if (labels)
    return { ...kept, ...labels, buffers: [{ count: TOKENS }, ...buffers], steps: [...stacks(false), ...labels.steps] }
  return {
    writes: true,
    buffers: [reads ? { count: reads, type: 'model' } : { count: TOKENS }, { count: TARGETS }, ...buffers],
    ...kept,
    steps: [
      ...stacks(true),
      // The output of the decoder lives until the loss is computed.
      set('scaled', scales ? { op: 'scale', of: 'hidden' } : 'hidden'),
      set('logits', project(head, 'scaled')),
      ...(addsBias ? [set('logits', plus('logits', make([], 'buffer')))] : []),
      give('logits'),
    ],
    loss: { op: 'entropy', of: 'result' },
  }
}

/** The program of a decoder without its encoder (`BartForCausalLM`): it has the weights that attend to one, which nothing reads. */
export function decoderAlone(
  { embeddings, layers, ending = [] }: Stack,
  head: string,
  untrained: readonly string[],
): Program {
  return {
    buffers: [{ count: TOKENS }],
    untrained: [...CROSS_ATTENTION, ...untrained],
    steps: [
      set('hidden', call([...embeddings, layers, ...ending, give('hidden')], {}, 'model.decoder')),
      set('logits', project(head, 'hidden')),
      give('logits'),
    ],
    loss: { op: 'entropy', of: 'result' },
  }
}

const CROSS_ATTENTION: readonly string[] = ['weight', 'bias'].flatMap((parameter) =>
  ['encoder_attn_layer_norm', ...['q', 'k', 'v', 'out'].map((part) => `encoder_attn.${part}_proj`)].map(
    (module) => `${module}.${parameter}`,
  ),
)

/** What a class computes from the output of the decoder, which reads the tokens again; undefined for another class. */
export function readingHead(config: ConfigReader, hiddenSize: number, className: string): ReadingHead | undefined {
  if (className.endsWith('ForQuestionAnswering')) return { ...SPAN_LOSS, steps: labelled('qa_outputs') }
  if (!className.endsWith('ForSequenceClassification')) return undefined
  const rate = config.number('classifier_dropout', 0)
  const head: Steps = [
    ...dropping(rate, 'hidden'),
    set('hidden', project('dense', 'hidden')),
    set('hidden', activated('tanh', 'hidden')),
    ...dropping(rate, 'hidden'),
    set('hidden', project('out_proj', 'hidden')),
    give('hidden'),
  ]
  return {
    loss: { op: 'entropy', of: 'result' },
    labels: ['batch'],
    says: ['each text has one token that ends it, whose vector is classified'],
    steps: [
      set('ends', make(TOKENS, 'bool')),
      set('last', { op: 'rows', of: 'hidden', count: ['batch', hiddenSize], by: make([2, 'batch'], 'int64') }),
      give(call(head, { hidden: 'last' }, 'classification_head')),
    ],
  }
}

/** The steps of a class that labels, from `hidden`, and its loss. */
type ReadingHead = Pick<Program, 'steps' | 'loss' | 'labels' | 'says'>
