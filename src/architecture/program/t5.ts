import type { Dimensions } from '../dimensions.js'
import {
  activated,
  attended,
  call,
  dropped,
  dropping,
  give,
  lookup,
  make,
  normed,
  plus,
  project,
  set,
} from './build.js'
import type { Count } from './count.js'
import type { Loop, Operation, Step, Steps, Value } from './steps.js'

/** The sizes of a stack of T5. */
export interface T5Sizes {
  readonly dimensions: Pick<Dimensions, 'heads' | 'headDim'>
  readonly activation: string
  readonly isGated: boolean
  /** The rate of every dropout. */
  readonly dropout: number
  /** How many layers it has. */
  readonly layers: number
  /** Whether each layer makes its own biases, in the function of its attention, and holds its weights to the end (UMT5). */
  readonly biasesEachLayer: boolean
}

/** The layers of the encoder: the first computes the bias of positions that all add to their scores, unless each has its own. */
export function t5Encoder(sizes: T5Sizes): Loop {
  const block = (isFirst: boolean): Steps => [
    ...attention(sizes, { at: 'layer.0', isFirst, tokens: ['sequence'], mask: 'mask' }),
    ...feedForward(sizes, 'layer.1'),
  ]
  return stack(sizes, { given: ['mask', 'order'], shares: ['bias'], block })
}

/** The layers of the decoder, which also attend to the output of the encoder. */
export function t5Decoder(sizes: T5Sizes): Loop {
  const block = (isFirst: boolean): Steps => [
    ...attention(sizes, { at: 'layer.0', isFirst, tokens: ['target'], mask: 'mask' }),
    ...crossAttention(sizes, isFirst),
    ...feedForward(sizes, 'layer.2'),
  ]
  return stack(sizes, { given: ['mask', 'source', 'sourceMask', 'order'], shares: ['bias', 'sourceBias'], block })
}

function stack(
  { layers, biasesEachLayer }: T5Sizes,
  { given, shares, block }: Pick<Loop, 'given' | 'shares'> & { readonly block: (isFirst: boolean) => Steps },
): Loop {
  return {
    each: 'block',
    carries: 'hidden',
    ...(given && { given }),
    ...(shares && !biasesEachLayer && { shares }),
    kinds: [block(true), block(false)],
    kindOf: Array.from({ length: layers }, (_, index) => (index === 0 ? 0 : 1)),
  }
}

/** The bounds of a stream in float16 behind each block (`T5Block`). Its feed-forward networks make it float32, as `wo` is. */
const FINITE: Operation = { op: 'finite', of: 'hidden', how: 'checked' }

/** The norm of all blocks. */
export const t5Norm = (module: string, of: Value): Operation => normed('rmsNormOfInput', module, of)

function attention(
  sizes: T5Sizes,
  { at, isFirst, tokens, mask }: { at: string; isFirst: boolean; tokens: Count; mask: string },
): readonly Step[] {
  const { dimensions, dropout, biasesEachLayer } = sizes
  const bias = (module: string): Steps => [
    set(
      'bias',
      lookup(`${module}relative_attention_bias`, [...tokens, ...tokens], make([...tokens, ...tokens], 'int64')),
    ),
    set('bias', plus('bias', { op: 'expand', of: mask, count: ['batch', dimensions.heads, ...tokens, ...tokens] })),
  ]
  return [
    ...(isFirst && !biasesEachLayer ? bias(`${at}.SelfAttention.`) : []),
    set('normed', t5Norm(`${at}.layer_norm`, 'hidden')),
    set(
      'attended',
      call(
        headSteps(sizes, 'normed', tokens, tokens, [...buckets(dimensions.heads, tokens), ...bias('')]),
        biasesEachLayer ? { normed: 'normed', [mask]: mask } : { normed: 'normed', bias: 'bias' },
        `${at}.SelfAttention`,
      ),
    ),
    set('hidden', plus('hidden', dropped(dropout, 'attended'))),
    { drop: 'normed' },
    { drop: 'attended' },
    set('hidden', FINITE),
  ]
}

/** What is alive at once while the distances of tokens are sorted into buckets, beside the scores: more than later where heads are few. */
function buckets(heads: number, tokens: Count): Steps {
  const distances = [...tokens, ...tokens]
  // An encoder tells the two directions apart.
  const integers = tokens[0] === 'sequence' ? 6 : 5
  return [
    set('scores', make(['batch', heads, ...distances], 'compute')),
    set('distances', make([integers, ...distances], 'int64')),
    set('shares', make(distances, 'float32')),
    set('isNear', make(distances, 'bool')),
    set('places', make(tokens, 'int64')),
    ...['scores', 'distances', 'shares', 'isNear', 'places'].map((drop) => ({ drop })),
  ]
}

function crossAttention(sizes: T5Sizes, isFirst: boolean): readonly Step[] {
  const { dimensions, dropout, biasesEachLayer } = sizes
  const at = 'layer.1'
  const scores: Count = [dimensions.heads, 'target', 'sequence']
  const bias = (name: string, zeros: Operation): Steps => [
    set(name, zeros),
    set(name, plus(name, { op: 'expand', of: 'sourceMask', count: ['batch', ...scores] })),
  ]
  const zeros = make(scores, 'compute')
  return [
    ...(isFirst && !biasesEachLayer ? bias('sourceBias', { op: 'variable', of: zeros }) : []),
    set('normed', t5Norm(`${at}.layer_norm`, 'hidden')),
    set(
      'attended',
      call(
        headSteps(sizes, 'source', ['target'], ['sequence'], bias('bias', zeros)),
        biasesEachLayer
          ? { normed: 'normed', source: 'source', sourceMask: 'sourceMask' }
          : { normed: 'normed', source: 'source', bias: 'sourceBias' },
        `${at}.EncDecAttention`,
      ),
    ),
    set('hidden', plus('hidden', dropped(dropout, 'attended'))),
    { drop: 'normed' },
    { drop: 'attended' },
    set('hidden', FINITE),
  ]
}

/** @param own - makes the biases, if each layer has its own */
function headSteps(
  { dimensions: { heads, headDim = 0 }, dropout, biasesEachLayer }: T5Sizes,
  source: string,
  queries: Count,
  keys: Count,
  own: Steps,
): Steps {
  return [
    set('query', project('q', 'normed')),
    set('key', project('k', source)),
    set('value', project('v', source)),
    ...(biasesEachLayer ? own : []),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim,
        dropout,
        ...(biasesEachLayer && { returnsWeights: 'layer' }),
        queries,
        keys,
        caches: !(source === 'normed' && keys[0] === 'sequence'),
        isEager: true,
        mask: 'bias',
        eager: { scale: 'none', softmax: 'castFirst', masksInPlace: true, keepsMasked: true },
      }),
    ),
    set('out', project('o', 'out')),
    give('out'),
  ]
}

function feedForward({ activation, isGated, dropout }: T5Sizes, at: string): readonly Step[] {
  const inner: Steps = isGated
    ? [
        set('gate', activated(activation, project('wi_0', 'hidden'))),
        set('up', project('wi_1', 'hidden')),
        set('hidden', { op: 'multiply', of: ['gate', 'up'] }),
        ...dropping(dropout, 'hidden'),
        set('hidden', { op: 'likeWeight', of: 'hidden', module: 'wo' }),
        set('hidden', project('wo', 'hidden')),
        give('hidden'),
      ]
    : [
        set('hidden', project('wi', 'hidden')),
        set('hidden', activated(activation, 'hidden')),
        ...dropping(dropout, 'hidden'),
        set('hidden', { op: 'likeWeight', of: 'hidden', module: 'wo' }),
        set('hidden', project('wo', 'hidden')),
        give('hidden'),
      ]
  const block: Steps = [
    set('fed', t5Norm('layer_norm', 'hidden')),
    set('fed', call(inner, { hidden: 'fed' }, 'DenseReluDense')),
    set('hidden', plus('hidden', dropped(dropout, 'fed'))),
    give('hidden'),
  ]
  return [set('hidden', call(block, { hidden: 'hidden' }, at)), set('hidden', FINITE), give('hidden')]
}
