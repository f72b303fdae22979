import type { ConfigReader } from '../config-reader.js'
import { container, type Module } from '../module.js'
import { linear } from './linear.js'

/** The sizes of a gated feed-forward network. */
export interface GatedMlpOptions {
  readonly hiddenSize: number
  readonly ffnSize: number
  readonly bias?: boolean
  /** The family's names for the three projections. Default: `gate_proj`, `up_proj` and `down_proj`. */
  readonly names?: readonly [gate: string, up: string, down: string]
  /** Whether the class makes the projection down before the one up, as Mixtral's experts do. Default: no. */
  readonly downBeforeUp?: boolean
  /** The family's name for the module. */
  readonly type?: string
}

/**
 * A gated feed-forward network (Shazeer 2020, arXiv:2002.05202): `down(act(gate(x)) * up(x))`. It has three projections; a
 * plain one has two.
 */
export function gatedMlp(options: GatedMlpOptions): Module {
  const { hiddenSize, ffnSize, bias = false, type = 'GatedMLP' } = options
  const [gate, up, down] = options.names ?? ['gate_proj', 'up_proj', 'down_proj']
  const ups = { [up]: linear(hiddenSize, ffnSize, { bias }) }
  const downs = { [down]: linear(ffnSize, hiddenSize, { bias }) }
  return container(
    type,
    {
      [gate]: linear(hiddenSize, ffnSize, { bias }),
      ...(options.downBeforeUp ? { ...downs, ...ups } : { ...ups, ...downs }),
    },
    { part: 'mlp' },
  )
}

/** The same with the gate and up projections fused into one, `gate_up_proj`. */
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

/** Llama's gated feed-forward network, with biases if `mlp_bias` is set. */
export function llamaMlp(sizes: GatedMlpOptions, config: ConfigReader): Module {
  return gatedMlp({ ...sizes, bias: config.boolean('mlp_bias', false) })
}
