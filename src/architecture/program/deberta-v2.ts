import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { bertBlockSteps, bertDropout, bertMaskedHead, denseAndNorm, firstToken } from './bert.js'
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
import { TOKENS } from './count.js'
import type { Program } from './program.js'
import type { Operation, Step, Steps, Value } from './steps.js'
import { labelled, type TextEncoder, textEncoder } from './text-encoder.js'

/** The program of DeBERTa v2 and v3 (`modeling_deberta_v2.py`). */
export function debertaV2Program(
  config: ConfigReader,
  dimensions: Dimensions,
  className: string,
  prefix: string,
): Program | undefined {
  return debertaClasses(config, dimensions, className, {
    name: 'DebertaV2',
    prefix,
    steps: modelSteps(config, dimensions),
  })
}

/** The classes of DeBERTa, of any version, around its model. */
export function debertaClasses(
  config: ConfigReader,
  { hiddenSize }: Dimensions,
  className: string,
  model: Pick<TextEncoder, 'name' | 'prefix' | 'steps' | 'says'>,
): Program | undefined {
  const activation = config.string('hidden_act', 'gelu')
  const { hidden: rate } = bertDropout(config, '')
  const isClassifier = className.endsWith('ForSequenceClassification') || className.endsWith('ForMultipleChoice')
  // The newer head multiplies by the input embeddings, which is not described.
  if (className.endsWith('ForMaskedLM') && !config.boolean('legacy', true)) return undefined
  const pooler: Steps = [
    set('first', firstToken(hiddenSize)),
    ...dropping(isClassifier ? config.number('pooler_dropout', 0) : 0, 'first'),
    set('pooled', project('dense', 'first')),
    give(activated(config.string('pooler_hidden_act', 'gelu'), 'pooled')),
  ]
  const classify: Steps = [
    set('pooled', call(pooler, { hidden: 'hidden' }, 'pooler')),
    give(project('classifier', dropped(isClassifier ? config.number('cls_dropout', rate) : 0, 'pooled'))),
  ]
  return textEncoder(className, {
    ...model,
    buffers: [{ count: [config.integer('max_position_embeddings', 512)] }],
    heads: {
      ForMaskedLM: [give(call(bertMaskedHead(activation), { hidden: 'hidden' }, 'cls.predictions'))],
      ForSequenceClassification: classify,
      ForMultipleChoice: classify,
      ForTokenClassification: labelled('classifier', className.endsWith('ForTokenClassification') ? rate : 0),
      ForQuestionAnswering: labelled('qa_outputs'),
    },
  })
}

/** Embeddings, what all layers share, and layers, whose outputs are all held. */
function modelSteps(config: ConfigReader, { heads }: Dimensions): Steps {
  const dropout = bertDropout(config, '')
  const isRelative = config.boolean('relative_attention', false)
  // Configs write `c2p|p2c` as well as `["c2p", "p2c"]`.
  const kinds = JSON.stringify(config.raw('pos_att_type') ?? [])
  const self = written({
    kind: 'disentangledAttention',
    heads,
    toPositions: kinds.includes('c2p'),
    toContent: kinds.includes('p2c'),
    sharesProjections: config.boolean('share_att_key', false),
    ...(isRelative && { span: spanOf(config) }),
    dropout: dropout.attention,
    positionDropout: dropout.hidden,
  })
  const shared = { ...(isRelative && { places: 'places', rel: 'rel' }) }
  const attention: Steps = [
    set('context', call([give(self)], { hidden: 'hidden', mask: 'mask', ...shared }, 'self')),
    give(call(denseAndNorm(dropout.hidden), { hidden: 'context', residual: 'hidden' }, 'output')),
  ]
  const convolution = written({
    kind: 'maskedConvolution',
    activation: config.string('conv_act', 'tanh'),
    dropout: dropout.hidden,
  })
  const behind: Steps = [
    set('hidden', call([give(convolution)], { hidden: 'embedded', residual: 'hidden', ones: 'ones' }, 'conv')),
  ]
  const encoder: Steps = [
    set('mask', make(['batch', 'sequence', 'sequence'], 'float32')),
    ...(isRelative ? [set('places', make(['sequence', 'sequence'], 'int64')), set('rel', positionsOf(config))] : []),
    set('hidden', 'embedded'),
    {
      each: 'layer',
      carries: 'hidden',
      given: ['mask', ...Object.keys(shared)],
      keeps: 'state',
      kinds: [bertBlockSteps(attention, { activation: config.string('hidden_act', 'gelu'), dropout }, shared)],
      ...(config.integer('conv_kernel_size', 0) > 0 && { behind: { 0: behind } }),
    },
    give('hidden'),
  ]
  return [
    set('ones', make(TOKENS, 'float32')),
    set('types', make(TOKENS, 'int64')),
    set('embedded', call(debertaEmbeddingSteps(config), { ones: 'ones', types: 'types' }, 'embeddings')),
    set('hidden', call(encoder, { embedded: 'embedded', ones: 'ones' }, 'encoder')),
  ]
}

/** Half of the embeddings of relative positions. */
function spanOf(config: ConfigReader): number {
  const buckets = config.number('position_buckets', -1)
  if (buckets > 0) return buckets
  const stated = config.number('max_relative_positions', -1)
  return stated < 1 ? config.integer('max_position_embeddings', 512) : stated
}

/** The embeddings of relative positions, which may be normalised. */
function positionsOf(config: ConfigReader): Value {
  const table: Value = { op: 'parameter', name: 'rel_embeddings.weight' }
  const isNormed = config.string('norm_rel_ebd', 'none').toLowerCase().includes('layer_norm')
  return isNormed ? layerNormed('LayerNorm', table) : table
}

/** `DebertaV2Embeddings`, with the norm of a version. */
export function debertaEmbeddingSteps(
  config: ConfigReader,
  norm = (of: Value): Operation => layerNormed('LayerNorm', of),
): Steps {
  const isPlaced = config.boolean('position_biased_input', true)
  const isTyped = config.integer('type_vocab_size', 0) > 0
  const features = config.integer(['embedding_size', 'hidden_size'], 1536)
  const isProjected = features !== config.integer('hidden_size', 1536)
  const placed: readonly Step[] = isPlaced
    ? [set('places', lookup('position_embeddings', ['sequence'])), set('sum', plus('words', 'places'))]
    : [set('places', make([...TOKENS, features], 'model')), set('sum', 'words')]
  return [
    set('words', words('word_embeddings')),
    ...placed,
    ...(isTyped
      ? [set('kinds', lookup('token_type_embeddings', TOKENS, 'types')), set('sum', plus('sum', 'kinds'))]
      : []),
    ...(isProjected ? [set('sum', project('embed_proj', 'sum'))] : []),
    set('sum', norm('sum')),
    set('mask', { op: 'own', of: 'ones' }),
    set('sum', scaled('sum', 'mask')),
    ...dropping(bertDropout(config, '').hidden, 'sum'),
    give('sum'),
  ]
}
