import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { bertDropout } from './bert.js'
import { ALWAYS_EAGER } from './bert-program.js'
import { call, dropping, give, make, plus, project, set, written } from './build.js'
import { TOKENS } from './count.js'
import { debertaClasses, debertaEmbeddingSteps } from './deberta-v2.js'
import { intermediateSteps } from './pre-norm-bert.js'
import type { Program } from './program.js'
import type { Operation, Steps, Value } from './steps.js'

/** The program of DeBERTa 1 (`modeling_deberta.py`): one projection of words, and norms in separate operations. */
export function debertaProgram(
  config: ConfigReader,
  dimensions: Dimensions,
  className: string,
  prefix: string,
): Program | undefined {
  return debertaClasses(config, dimensions, className, {
    name: 'Deberta',
    prefix,
    steps: modelSteps(config, dimensions),
    says: [ALWAYS_EAGER],
  })
}

/** `DebertaLayerNorm` */
const normed = (of: Value): Operation => call([give(written({ kind: 'wideNorm' }))], { x: of }, 'LayerNorm')

/** Embeddings, what all layers share, and layers, whose outputs are all held. */
function modelSteps(config: ConfigReader, { heads }: Dimensions): Steps {
  const { hidden: rate, attention: ofWeights } = bertDropout(config, '')
  const isRelative = config.boolean('relative_attention', false)
  // Configs write `c2p|p2c` as well as `["c2p", "p2c"]`.
  const kinds = JSON.stringify(config.raw('pos_att_type') ?? [])
  const stated = config.number('max_relative_positions', -1)
  const self = written({
    kind: 'jointDisentangledAttention',
    heads,
    toPositions: kinds.includes('c2p'),
    toContent: kinds.includes('p2c'),
    ...(isRelative && { span: stated < 1 ? config.integer('max_position_embeddings', 512) : stated }),
    talks: config.boolean('talking_head', false),
    dropout: ofWeights,
    positionDropout: rate,
  })
  const shared = { ...(isRelative && { places: 'places', rel: 'rel' }) }
  const summed: Steps = [
    set('x', project('dense', 'hidden')),
    ...dropping(rate, 'x'),
    give(normed(plus('x', 'residual'))),
  ]
  const attention: Steps = [
    set('context', call([give(self)], { hidden: 'hidden', mask: 'mask', ...shared }, 'self')),
    give(call(summed, { hidden: 'context', residual: 'hidden' }, 'output')),
  ]
  const layer: Steps = [
    set('attended', call(attention, { hidden: 'hidden', mask: 'mask', ...shared }, 'attention')),
    set(
      'between',
      call(intermediateSteps(config.string('hidden_act', 'gelu')), { hidden: 'attended' }, 'intermediate'),
    ),
    give(call(summed, { hidden: 'between', residual: 'attended' }, 'output')),
  ]
  const encoder: Steps = [
    set('mask', make(['batch', 'sequence', 'sequence'], 'float32')),
    ...(isRelative
      ? [
          set('places', make(['sequence', 'sequence'], 'int64')),
          set('rel', { op: 'parameter', name: 'rel_embeddings.weight' } as const),
        ]
      : []),
    set('hidden', 'embedded'),
    { each: 'layer', carries: 'hidden', given: ['mask', ...Object.keys(shared)], keeps: 'state', kinds: [layer] },
    give('hidden'),
  ]
  return [
    set('ones', make(TOKENS, 'float32')),
    set('types', make(TOKENS, 'int64')),
    set('embedded', call(debertaEmbeddingSteps(config, normed), { ones: 'ones', types: 'types' }, 'embeddings')),
    set('hidden', call(encoder, { embedded: 'embedded' }, 'encoder')),
  ]
}
