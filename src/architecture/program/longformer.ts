import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import {
  type BertDropout,
  bertBlockSteps,
  bertDropout,
  bertPooling,
  classifierSteps,
  denseAndNorm,
  robertaMaskedHead,
} from './bert.js'
import { ALWAYS_EAGER, IN_CHUNKS } from './bert-program.js'
import {
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
  words,
  written,
} from './build.js'
import { type Count, type Padded, TOKENS } from './count.js'
import type { Program } from './program.js'
import type { Assignment, Steps } from './steps.js'
import { textEncoder } from './text-encoder.js'
import type { SlidingAttention } from './written.js'

/**
 * The program of Longformer (`modeling_longformer.py`) without a `global_attention_mask`: some classes then make one. Those with two texts in
 * each sequence find the texts by three separators.
 */
export function longformerProgram(
  config: ConfigReader,
  dimensions: Dimensions,
  className: string,
  prefix: string,
): Program | undefined {
  const windows = windowsOf(config, dimensions.layers)
  if (!windows || config.boolean('onnx_export', false)) return undefined
  const { hiddenSize } = dimensions
  const suffix = Object.keys(GLOBAL).find((one) => className.endsWith(one))
  const global = suffix === undefined ? undefined : GLOBAL[suffix]
  // The classifiers have the rate of hidden states.
  const dropout = bertDropout(config, className, 'hidden_dropout_prob')
  const length: Padded = { paddedTo: Math.max(...windows) }
  const ofRows = (module: string) => written({ kind: 'stridedLinear', module, order: 'padded', tokens: [length] })
  const byToken = (module: string): Steps => [give(ofRows(module))]
  const pooling = (at: string) => set('pooled', call(bertPooling(hiddenSize), { hidden: 'hidden' }, at))
  const program = textEncoder(className, {
    name: 'Longformer',
    prefix,
    steps: modelSteps(config, dimensions, { windows, length, dropout, global }),
    buffers: [],
    ending: [pooling('pooler')],
    ...(!global && { untrained: unusedProjections(prefix, dimensions.layers) }),
    heads: {
      ForMaskedLM: [give(call(robertaMaskedHead(ofRows('dense')), { hidden: 'hidden' }, 'lm_head'))],
      ForSequenceClassification: [
        give(call(classifierSteps(hiddenSize, 'tanh', dropout), { hidden: 'hidden' }, 'classifier')),
      ],
      // Dropout makes a copy without padding.
      ForTokenClassification:
        dropout.classifier > 0
          ? [set('labelled', dropped(dropout.classifier, 'hidden')), give(project('classifier', 'labelled'))]
          : byToken('classifier'),
      ForQuestionAnswering: byToken('qa_outputs'),
      ForMultipleChoice: [
        pooling(`${prefix}.pooler`),
        give(project('classifier', dropped(dropout.classifier, 'pooled'))),
      ],
    },
    says: [
      ALWAYS_EAGER,
      global?.says ?? NONE_GLOBAL,
      ...(config.integer('chunk_size_feed_forward', 0) > 0 ? [IN_CHUNKS] : []),
    ],
  })
  return program && { ...program, steps: [...(global ? [global.mask] : []), ...program.steps] }
}

/** Tokens that all others see, in a class that makes a mask of them. */
interface GlobalTokens extends Pick<SlidingAttention, 'global'> {
  readonly mask: Assignment
  readonly says: string
}

/**
 * Questions and choices have at most 64 tokens, as in the examples of transformers (`max_query_length` of `data/datasets/squad.py`), and one at
 * an end that counts as well.
 */
const OF_TEXTS = { most: 65, beside: 3 }

const GLOBAL: Readonly<Record<string, GlobalTokens>> = {
  ForSequenceClassification: {
    global: { most: 1, beside: 0 },
    mask: set('global', make(TOKENS, 'int64')),
    says: 'the first token of each sequence has global attention, as the class decides without a `global_attention_mask`',
  },
  ForQuestionAnswering: {
    global: OF_TEXTS,
    mask: set('global', make(TOKENS, 'bool')),
    says: 'the longest question has 64 tokens, which have global attention with the one before them; longer questions need more',
  },
  ForMultipleChoice: {
    global: OF_TEXTS,
    mask: set('global', make(TOKENS, 'bool')),
    says: 'the longest choice has 64 tokens, which have global attention with the one behind them; longer choices need more',
  },
}

const NONE_GLOBAL = 'no token has global attention, as without a `global_attention_mask`; tokens that have it need more'

/** The window of each layer, if all can run. */
function windowsOf(config: ConfigReader, layers: number): readonly number[] | undefined {
  const stated = config.raw('attention_window') ?? 512
  const windows = Array.isArray(stated) ? stated : Array.from({ length: layers }, () => stated)
  const canRun = (window: unknown): window is number => typeof window === 'number' && window > 2 && window % 2 === 0
  return windows.length === layers && windows.every(canRun) ? windows : undefined
}

/** The names of projections that nothing uses without global attention. */
const unusedProjections = (prefix: string, layers: number): string[] =>
  Array.from({ length: layers }, (_, layer) =>
    ['query', 'key', 'value'].flatMap((name) =>
      ['weight', 'bias'].map((one) => `${prefix}.encoder.layer.${layer}.attention.self.${name}_global.${one}`),
    ),
  ).flat()

interface Model {
  readonly windows: readonly number[]
  readonly length: Padded
  readonly dropout: BertDropout
  readonly global: GlobalTokens | undefined
}

/** Embeddings and layers of a text that is padded, and the hidden states without the padding. */
function modelSteps(config: ConfigReader, dimensions: Dimensions, { windows, length, dropout, global }: Model): Steps {
  const { hiddenSize, heads } = dimensions
  const tokens: Count = ['batch', length]
  const kinds = [...new Set(windows)]
  const embeddings: Steps = [
    set('indices', make(tokens, 'int64')),
    set('words', words('word_embeddings', tokens, 'ids')),
    set('places', lookup('position_embeddings', tokens, 'indices')),
    set('kinds', lookup('token_type_embeddings', tokens, 'types')),
    set('sum', plus(plus('words', 'places'), 'kinds')),
    set('sum', layerNormed('LayerNorm', 'sum')),
    ...dropping(dropout.hidden, 'sum'),
    give('sum'),
  ]
  const dense = written({ kind: 'stridedLinear', module: 'dense', order: 'tokens first', tokens: [length] })
  const layer = (window: number): Steps => {
    const self = written({
      kind: 'slidingAttention',
      heads,
      window,
      longest: length.paddedTo,
      dropout: dropout.attention,
      ...(global?.global && { global: global.global }),
    })
    const attention: Steps = [
      set('context', call([give(self)], { hidden: 'hidden', mask: 'mask', masked: 'masked' }, 'self')),
      give(call(denseAndNorm(dropout.hidden, dense), { hidden: 'context', residual: 'hidden' }, 'output')),
    ]
    return bertBlockSteps(attention, { activation: config.string('hidden_act', 'gelu'), dropout }, { masked: 'masked' })
  }
  const encoder: Steps = [
    set('masked', make(tokens, 'bool')),
    set('seen by all', make(tokens, 'bool')),
    {
      each: 'layer',
      carries: 'hidden',
      given: ['mask', 'masked', 'seen by all'],
      keywords: ['mask', 'masked', 'seen by all'],
      kinds: kinds.map(layer),
      kindOf: windows.map((window) => kinds.indexOf(window)),
    },
    give({ op: 'unpadded', of: 'hidden', count: [...TOKENS, hiddenSize] }),
  ]
  return [
    set('ones', make(tokens, 'float32')),
    set('types', make(tokens, 'int64')),
    set('ids', make(['batch', { ...length, ifAny: true }], 'int64')),
    set('mask', make(tokens, 'model')),
    set('embedded', call(embeddings, { ids: 'ids', types: 'types' }, 'embeddings')),
    set('hidden', call(encoder, { hidden: 'embedded', mask: 'mask' }, 'encoder')),
  ]
}
