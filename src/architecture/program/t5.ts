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
}

/** The layers of the encoder: the first computes the bias of positions that all add to their scores. */
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
  { layers }: T5Sizes,
  { given, shares, block }: Pick<Loop, 'given' | 'shares'> & { readonly block: (isFirst: boolean) => Steps },
): Loop {
  return {
    each: 'block',
    carries: 'hidden',
    ...(given && { given }),
    ...(shares && { shares }),
    kinds: [block(true), block(false)],
    kindOf: Array.from({ length: layers }, (_, index) => (index === 0 ? 0 : 1)),
  }
}

/** The norm of all blocks. */
export const t5Norm = (module: string, of: Value): Operation => normed('rmsNormOfInput', module, of)

function attention(
  { dimensions: { heads, headDim = 0 }, dropout }: T5Sizes,
  { at, isFirst, tokens, mask }: { at: string; isFirst: boolean; tokens: Count; mask: string },
): readonly Step[] {
  const bias: readonly Step[] = isFirst
    ? [
        set(
          'bias',
          lookup(
            `${at}.SelfAttention.relative_attention_bias`,
            [...tokens, ...tokens],
            make([...tokens, ...tokens], 'int64'),
          ),
        ),
        set('bias', plus('bias', { op: 'expand', of: mask, count: ['batch', heads, ...tokens, ...tokens] })),
      ]
    : []
  return [
    ...bias,
    set('normed', t5Norm(`${at}.layer_norm`, 'hidden')),
    set(
      'attended',
      call(
        headSteps({ heads, headDim, dropout }, 'normed', tokens, tokens),
        { normed: 'normed', bias: 'bias' },
        `${at}.SelfAttention`,
      ),
    ),
    set('hidden', plus('hidden', dropped(dropout, 'attended'))),
    { drop: 'normed' },
    { drop: 'attended' },
  ]
}

function crossAttention({ dimensions: { heads, headDim = 0 }, dropout }: T5Sizes, isFirst: boolean): readonly Step[] {
  const at = 'layer.1'
  const sizes: Count = ['target', 'sequence']
  return [
    ...(isFirst
      ? [
          set('sourceBias', { op: 'variable', of: make([heads, ...sizes], 'compute') } as const),
          set('sourceBias', plus('sourceBias', { op: 'expand', of: 'sourceMask', count: ['batch', heads, ...sizes] })),
        ]
      : []),
    set('normed', t5Norm(`${at}.layer_norm`, 'hidden')),
    set(
      'attended',
      call(
        headSteps({ heads, headDim, dropout }, 'source', ['target'], ['sequence']),
        { normed: 'normed', source: 'source', bias: 'sourceBias' },
        `${at}.EncDecAttention`,
      ),
    ),
    set('hidden', plus('hidden', dropped(dropout, 'attended'))),
    { drop: 'normed' },
    { drop: 'attended' },
  ]
}

function headSteps(
  sizes: { readonly heads: number; readonly headDim: number; readonly dropout: number },
  source: string,
  queries: Count,
  keys: Count,
): Steps {
  return [
    set('query', project('q', 'normed')),
    set('key', project('k', source)),
    set('value', project('v', source)),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        ...sizes,
        queries,
        keys,
        caches: !(source === 'normed' && keys[0] === 'sequence'),
        isEager: true,
        mask: 'bias',
        eager: { scale: 'none', masksInPlace: true, keepsMasked: true },
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
        set('hidden', project('wo', { op: 'own', of: 'hidden' })),
        give('hidden'),
      ]
    : [
        set('hidden', project('wi', 'hidden')),
        set('hidden', activated(activation, 'hidden')),
        ...dropping(dropout, 'hidden'),
        set('hidden', project('wo', { op: 'own', of: 'hidden' })),
        give('hidden'),
      ]
  const block: Steps = [
    set('fed', t5Norm('layer_norm', 'hidden')),
    set('fed', call(inner, { hidden: 'fed' }, 'DenseReluDense')),
    set('hidden', plus('hidden', dropped(dropout, 'fed'))),
    give('hidden'),
  ]
  return [set('hidden', call(block, { hidden: 'hidden' }, at)), give('hidden')]
}
