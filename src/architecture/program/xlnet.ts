import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
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
  set,
  written,
} from './build.js'
import { TOKENS } from './count.js'
import type { Program } from './program.js'
import { summarySteps } from './sequence-summary.js'
import type { Steps } from './steps.js'
import { labelled, SPAN_LOSS, textEncoder } from './text-encoder.js'

/** The program of XLNet (`modeling_xlnet.py`) with one stream: without `target_mapping`, which only pretraining passes. */
export function xlnetProgram(
  config: ConfigReader,
  dimensions: Dimensions,
  className: string,
  prefix: string,
): Program | undefined {
  // With sequences of two directions in a batch, as in pretraining; and memories that training keeps and inference does not.
  if (config.boolean('bi_data', false)) return undefined
  if (config.boolean('use_mems_train', false) && !config.boolean('use_mems_eval', true)) return undefined
  const summary = summarySteps(config, dimensions, {
    type: 'last',
    isProjected: true,
    activation: 'tanh',
    lastDropout: 0.1,
  })
  const classify: Steps | undefined = summary && [
    set('pooled', call(summary, { hidden: 'hidden' }, 'sequence_summary')),
    give(project('logits_proj', 'pooled')),
  ]
  return textEncoder(className, {
    name: 'XLNet',
    prefix,
    steps: modelSteps(config, dimensions),
    buffers: [],
    keepsLayers: true,
    untrained: [
      `${prefix}.mask_emb`,
      ...Array.from({ length: dimensions.layers }, (_, layer) =>
        ['r_s_bias', 'seg_embed'].map((name) => `${prefix}.layer.${layer}.rel_attn.${name}`),
      ).flat(),
    ],
    heads: {
      LMHeadModel: [give(project('lm_loss', 'hidden'))],
      ...(classify && { ForSequenceClassification: classify, ForMultipleChoice: classify }),
      ForTokenClassification: labelled('classifier'),
      ForQuestionAnsweringSimple: labelled('qa_outputs'),
    },
    losses: {
      LMHeadModel: { loss: { op: 'entropy', of: 'result' } },
      ForQuestionAnsweringSimple: SPAN_LOSS,
    },
    says: [ALWAYS_EAGER, IDS_ALONE],
  })
}

const IDS_ALONE = 'the batch has ids alone: a mask of padding and types of tokens need more in every layer'

/** Words with the tokens first, positions in both directions, layers, and the hidden states with the sequences first again. */
function modelSteps(config: ConfigReader, dimensions: Dimensions): Steps {
  const { hiddenSize } = dimensions
  const rate = config.number('dropout', 0.1)
  const isCausal = config.string('attn_type', 'bi') === 'uni'
  const square = make(['sequence', 'sequence'], 'model')
  const positions = (times: number) => make([times, ...TOKENS, hiddenSize], 'float32')
  return [
    set('ids', { op: 'input', count: TOKENS, type: 'int64' }),
    set('ids', written({ kind: 'exchanged', of: 'ids' })),
    ...(isCausal ? [set('mask', square), set('both', square)] : []),
    set('words', { ...lookup('word_embedding', TOKENS, 'ids'), isInput: true }),
    set('hidden', 'words'),
    ...dropping(rate, 'hidden'),
    set(
      'places',
      isCausal ? { op: 'concat', of: [positions(1), make(['batch', hiddenSize], 'float32')] } : positions(2),
    ),
    ...dropping(rate, 'places'),
    {
      each: 'layer',
      carries: 'hidden',
      given: ['places', ...(isCausal ? ['mask'] : [])],
      ...(config.boolean('use_mems_eval', true) && {
        remembers: config.boolean('use_mems_train', false) ? 'always' : 'in inference',
      }),
      kinds: [layerSteps(config, dimensions, rate, isCausal)],
    },
    set('output', dropped(rate, 'hidden')),
    set('output', written({ kind: 'exchanged', of: 'output' })),
    set('hidden', 'output'),
  ]
}

/** `XLNetLayer` */
function layerSteps(config: ConfigReader, { heads }: Dimensions, rate: number, isCausal: boolean): Steps {
  const attention = written({ kind: 'shiftedAttention', heads, isCausal, dropout: rate })
  const given = { hidden: 'hidden', places: 'places', ...(isCausal && { mask: 'mask' }) }
  const fed: Steps = [
    set('x', project('layer_1', 'hidden')),
    set('x', activated(config.string('ff_activation', 'gelu'), 'x')),
    ...dropping(rate, 'x'),
    set('x', project('layer_2', 'x')),
    ...dropping(rate, 'x'),
    give(layerNormed('layer_norm', plus('x', 'hidden'))),
  ]
  return [set('attended', call([give(attention)], given, 'rel_attn')), give(call(fed, { hidden: 'attended' }, 'ff'))]
}
