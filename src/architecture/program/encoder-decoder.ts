import { call, give, lookup, make, plus, project, set } from './build.js'
import { type Count, TOKENS } from './count.js'
import type { Buffer, Program } from './program.js'
import type { Lookup, Loop, Step, Steps } from './steps.js'

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

/** The program of a class for conditional generation. */
export function encoderDecoder({
  encoder,
  decoder,
  at = 'model',
  head,
  buffers = [],
  addsBias = false,
  reads,
  untrained,
  scales = false,
}: EncoderDecoder): Program {
  const encode: Steps = [...encoder.embeddings, encoder.layers, ...(encoder.ending ?? []), give('hidden')]
  const decode: Steps = [...decoder.embeddings, decoder.layers, ...(decoder.ending ?? []), give('hidden')]
  const inside = (name: string) => (at === '' ? name : `${at}.${name}`)
  return {
    writes: true,
    buffers: [reads ? { count: reads, type: 'model' } : { count: TOKENS }, { count: TARGETS }, ...buffers],
    ...(untrained && { untrained }),
    steps: [
      ...(reads ? [set('features', { op: 'expand', of: make([0], 'model'), count: reads } as const)] : []),
      set('source', call(encode, reads ? { features: 'features' } : {}, inside('encoder'))),
      set('shifted', { ...make(TARGETS, 'int64'), isForLabels: true }),
      set('hidden', call(decode, { source: 'source', shifted: 'shifted' }, inside('decoder'))),
      // The output of the decoder lives until the loss is computed.
      set('scaled', scales ? { op: 'scale', of: 'hidden' } : 'hidden'),
      set('logits', project(head, 'scaled')),
      ...(addsBias ? [set('logits', plus('logits', make([], 'model')))] : []),
      give('logits'),
    ],
    loss: { op: 'entropy', of: 'result' },
  }
}
