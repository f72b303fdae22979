import type { BertDropout } from './bert.js'
import { activated, call, dropping, give, layerNormed, plus, project, set } from './build.js'
import type { Steps } from './steps.js'

/** How layers with the norms before the blocks differ between families. */
export interface PreNormLayer {
  /** The steps of the attention, given `hidden` and `mask`. */
  readonly attention: Steps
  /** The name of the norm in the attention module. */
  readonly norm: string
  /** The norm and the first linear layer: from `attended` to `between`. */
  readonly between: Steps
  /** Whether the output of the second linear layer is dropped too. Default: yes. */
  readonly dropsFed?: boolean
}

/** A layer of BERT with the norms before the blocks. */
export function preNormLayerSteps(
  { attention, norm, between, dropsFed = true }: PreNormLayer,
  dropout: Pick<BertDropout, 'hidden'>,
): Steps {
  const block: Steps = [
    set('normal', layerNormed(norm, 'hidden')),
    set('context', call(attention, { hidden: 'normal', mask: 'mask' }, 'self')),
    give(call(denseAndSum(dropout.hidden), { hidden: 'context', residual: 'hidden' }, 'output')),
  ]
  return [
    set('attended', call(block, { hidden: 'hidden', mask: 'mask' }, 'attention')),
    ...between,
    give(call(denseAndSum(dropsFed ? dropout.hidden : 0), { hidden: 'between', residual: 'attended' }, 'output')),
  ]
}

/** The first linear layer and its activation (`BertIntermediate`). */
export const intermediateSteps = (activation: string): Steps => [
  set('hidden', project('dense', 'hidden')),
  set('hidden', activated(activation, 'hidden')),
  give('hidden'),
]

/** `dropout(dense(x)) + residual` */
export const denseAndSum = (rate: number): Steps => [
  set('hidden', project('dense', 'hidden')),
  ...dropping(rate, 'hidden'),
  set('hidden', plus('hidden', 'residual')),
  give('hidden'),
]
