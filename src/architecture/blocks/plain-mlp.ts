import { container, type Module } from '../module.js'
import { linear } from './linear.js'

/** The sizes of a plain feed-forward network. */
export interface PlainMlpOptions {
  readonly hiddenSize: number
  readonly ffnSize: number
  readonly bias: boolean
  /** The family's names for the up and down projections. Default: `up_proj` and `down_proj`. */
  readonly names?: readonly [up: string, down: string]
  /** The family's name for the module. */
  readonly type?: string
}

/** The feed-forward network of the original transformer: `down(act(up(x)))`. */
export function plainMlp(options: PlainMlpOptions): Module {
  const { hiddenSize, ffnSize, bias, names = ['up_proj', 'down_proj'], type = 'MLP' } = options
  const [up, down] = names
  const children = { [up]: linear(hiddenSize, ffnSize, { bias }), [down]: linear(ffnSize, hiddenSize, { bias }) }
  return container(type, children, { part: 'mlp' })
}
