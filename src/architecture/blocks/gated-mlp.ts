import { container, type Module } from '../module.js'
import { linear } from './linear.js'

/** The sizes of a gated feed-forward network. */
export interface GatedMlpOptions {
  readonly hiddenSize: number
  readonly ffnSize: number
  readonly bias?: boolean
  /** What the family calls the module. */
  readonly type?: string
}

/**
 * A gated feed-forward network (Shazeer 2020, arXiv:2002.05202): `down(act(gate(x)) * up(x))`, three projections where
 * the plain one has two.
 */
export function gatedMlp({ hiddenSize, ffnSize, bias = false, type = 'GatedMLP' }: GatedMlpOptions): Module {
  return container(
    type,
    {
      gate_proj: linear(hiddenSize, ffnSize, { bias }),
      up_proj: linear(hiddenSize, ffnSize, { bias }),
      down_proj: linear(ffnSize, hiddenSize, { bias }),
    },
    { part: 'mlp' },
  )
}
