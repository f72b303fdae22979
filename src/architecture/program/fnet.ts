import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { type BertDropout, bertDropout, bertPooling, denseAndNorm } from './bert.js'
import { bertClasses } from './bert-classes.js'
import { bertBuffers, bertEmbeddingSteps } from './bert-embeddings.js'
import { WITHOUT_POOLER } from './bert-program.js'
import { call, dropping, give, layerNormed, plus, project, set, written } from './build.js'
import { intermediateSteps } from './pre-norm-bert.js'
import type { Program } from './program.js'
import type { Steps } from './steps.js'
import { textEncoder } from './text-encoder.js'

/** The program of FNet (`modeling_fnet.py`), whose layers mix tokens by a Fourier transform, without a mask. */
export function fnetProgram(
  config: ConfigReader,
  { hiddenSize }: Dimensions,
  className: string,
  prefix: string,
): Program | undefined {
  // Products with matrices, in place of the transform.
  if (config.boolean('use_tpu_fourier_optimizations', false)) return undefined
  const activation = config.string('hidden_act', 'gelu_new')
  const dropout = bertDropout(config, className, 'hidden_dropout_prob')
  const pooled = call(bertPooling(hiddenSize), { hidden: 'hidden' }, 'pooler')
  const isIdle = WITHOUT_POOLER.some((suffix) => className.endsWith(suffix))
  return textEncoder(className, {
    name: 'FNet',
    prefix,
    steps: [
      set('embedded', call(embeddingSteps(dropout), {}, 'embeddings')),
      set('hidden', 'embedded'),
      { each: 'encoder.layer', carries: 'hidden', kinds: [layerSteps(activation, dropout)] },
      ...(isIdle ? [set('pooled', { ...pooled, isIdle })] : []),
    ],
    buffers: bertBuffers(config.integer('max_position_embeddings', 512)),
    ending: [set('pooled', pooled)],
    heads: bertClasses({ prefix, hiddenSize, activation, dropout }),
    says: ['the workspace of cuFFT is not counted'],
    ...(isIdle && { untrained: ['weight', 'bias'].map((one) => `${prefix}.pooler.dense.${one}`) }),
  })
}

/** BERT's embeddings, projected after the norm. */
const embeddingSteps = ({ hidden }: BertDropout): Steps => [
  set('sum', call(bertEmbeddingSteps(0), {})),
  set('sum', project('projection', 'sum')),
  ...dropping(hidden, 'sum'),
  give('sum'),
]

/** `FNetLayer` */
function layerSteps(activation: string, { hidden: rate }: BertDropout): Steps {
  const mixing: Steps = [
    set('mixed', call([give(written({ kind: 'fourierMixing' }))], { hidden: 'hidden' }, 'self')),
    give(
      call(
        [give(layerNormed('LayerNorm', plus('residual', 'mixed')))],
        { mixed: 'mixed', residual: 'hidden' },
        'output',
      ),
    ),
  ]
  return [
    set('mixed', call(mixing, { hidden: 'hidden' }, 'fourier')),
    set('between', call(intermediateSteps(activation), { hidden: 'mixed' }, 'intermediate')),
    give(call(denseAndNorm(rate), { hidden: 'between', residual: 'mixed' }, 'output')),
  ]
}
