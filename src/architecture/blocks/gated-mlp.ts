import type { ConfigReader } from '../config-reader.js'
import { container, type Module } from '../module.js'
import { linear } from './linear.js'

/** The sizes of a gated feed-forward network. */
export interface GatedMlpOptions {
  readonly hiddenSize: number
  readonly ffnSize: number
  readonly bias?: boolean
  /** What the family calls its three projections. Default: `gate_proj`, `up_proj` and `down_proj`. */
  readonly names?: readonly [gate: string, up: string, down: string]
  /** What the family calls the module. */
  readonly type?: string
}

/**
 * A gated feed-forward network (Shazeer 2020, arXiv:2002.05202): `down(act(gate(x)) * up(x))`, three projections where
 * the plain one has two.
 */
export function gatedMlp(options: GatedMlpOptions): Module {
  const { hiddenSize, ffnSize, bias = false, type = 'GatedMLP' } = options
  const [gate, up, down] = options.names ?? ['gate_proj', 'up_proj', 'down_proj']
  return container(
    type,
    {
      [gate]: linear(hiddenSize, ffnSize, { bias }),
      [up]: linear(hiddenSize, ffnSize, { bias }),
      [down]: linear(ffnSize, hiddenSize, { bias }),
    },
    { part: 'mlp' },
  )
}

/** The same with gate and way up in one projection, `gate_up_proj`. */
export function fusedGatedMlp({ hiddenSize, ffnSize, bias = false, type = 'GatedMLP' }: GatedMlpOptions): Module {
  return container(
    type,
    {
      gate_up_proj: linear(hiddenSize, 2 * ffnSize, { bias }),
      down_proj: linear(ffnSize, hiddenSize, { bias }),
    },
    { part: 'mlp' },
  )
}

/** A gated feed-forward network as Llama has it: with biases where `mlp_bias` says so. */
export function llamaMlp(sizes: GatedMlpOptions, config: ConfigReader): Module {
  return gatedMlp({ ...sizes, bias: config.boolean('mlp_bias', false) })
}
