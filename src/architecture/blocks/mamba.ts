import type { ConfigReader } from '../config-reader.js'
import { type Children, container, type Module, type RecurrentState } from '../module.js'
import { depthwiseConv } from './depthwise-conv.js'
import { linear } from './linear.js'

/** The sizes of a Mamba block. */
export interface MambaOptions {
  readonly hiddenSize: number
  /** Channels inside the block, each with its own state. */
  readonly innerSize: number
  /** The size of each channel's state. */
  readonly stateSize: number
  readonly convKernel: number
  /** Width of the bottleneck that the time steps of all channels are computed from. */
  readonly timeStepRank: number
  /** Biases of the input and output projections. */
  readonly bias: boolean
  readonly convBias: boolean
  /** Other modules that the family adds to the block, such as norms of the time step and state matrices. */
  readonly also?: Children
  readonly type: string
}

/**
 * A Mamba block (Gu & Dao 2023, arXiv:2312.00752): a short convolution, then a linear recurrence whose time step, input
 * and output matrices (`x_proj`) depend on the token.
 */
export function mambaMixer(options: MambaOptions): Module {
  const { hiddenSize, innerSize, stateSize, timeStepRank, bias } = options
  return container(
    options.type,
    {
      conv1d: depthwiseConv(innerSize, options.convKernel, { bias: options.convBias }),
      in_proj: linear(hiddenSize, 2 * innerSize, { bias }),
      x_proj: linear(innerSize, timeStepRank + 2 * stateSize),
      dt_proj: linear(timeStepRank, innerSize, { bias: true }),
      out_proj: linear(innerSize, hiddenSize, { bias }),
      ...options.also,
    },
    {
      part: 'mamba',
      parameters: { A_log: [innerSize, stateSize], D: [innerSize] },
      state: stateOf(innerSize, innerSize, options),
    },
  )
}

/** The sizes of a Mamba-2 block. */
export interface Mamba2Options {
  readonly hiddenSize: number
  readonly innerSize: number
  /** Heads; all channels of a head share one time step and one decay. */
  readonly heads: number
  /** Groups of heads that share input and output matrices. */
  readonly groups: number
  readonly stateSize: number
  readonly convKernel: number
  readonly bias: boolean
  readonly convBias: boolean
  /** Bias of the output projection. Default: `bias`. */
  readonly outputBias?: boolean
  /** The norm before the output projection, if there is one. */
  readonly norm: Module | undefined
  readonly type: string
}

/**
 * A Mamba-2 block (Dao & Gu 2024, arXiv:2405.21060): one projection computes the gate, the channels, the state matrices and
 * the time steps.
 */
export function mamba2Mixer(options: Mamba2Options): Module {
  const { hiddenSize, innerSize, heads, groups, stateSize, bias, outputBias = bias } = options
  const convolved = innerSize + 2 * groups * stateSize
  return container(
    options.type,
    {
      conv1d: depthwiseConv(convolved, options.convKernel, { bias: options.convBias }),
      in_proj: linear(hiddenSize, innerSize + convolved + heads, { bias }),
      norm: options.norm,
      out_proj: linear(innerSize, hiddenSize, { bias: outputBias }),
    },
    {
      part: 'mamba',
      parameters: { dt_bias: [heads], A_log: [heads], D: [heads] },
      state: stateOf(convolved, innerSize, options),
    },
  )
}

/** A state of `stateSize` elements for each channel, and the last inputs of the convolution. */
function stateOf(
  convolved: number,
  channels: number,
  { stateSize, convKernel }: Pick<MambaOptions, 'stateSize' | 'convKernel'>,
): RecurrentState {
  return { convolution: { channels: convolved, kernel: convKernel }, elements: channels * stateSize }
}

/** Channels inside a state space: the hidden size times a factor, which may be a fraction. */
export function innerSize(config: ConfigReader, name: string, hiddenSize: number): number {
  const factor = config.number(name, 2)
  if (factor < 0) throw config.invalid(name, 'a number of 0 or more')
  return Math.trunc(factor * hiddenSize)
}

/** The heads of a Mamba-2 block. transformers refuses those that do not make up its channels, which a doubt then says. */
export function mambaHeads(
  config: ConfigReader,
  channels: number,
  names: { readonly heads: string; readonly headDim: string; readonly usualHeadDim?: number },
): number {
  const heads = config.integer(names.heads, 128)
  const stated = config.raw(names.headDim) ?? names.usualHeadDim
  const fits = typeof stated === 'number' ? stated * heads === channels : heads === 0 || channels % heads === 0
  if (!fits) {
    const size = typeof stated === 'number' ? ` of ${stated} channels (${names.headDim})` : ''
    config.doubt(
      `${[...config.place, names.heads].join('.')} is ${heads}: transformers refuses it, since heads${size} do not make up ${channels} channels.`,
    )
  }
  return heads
}

/** The rank of the time step: a sixteenth of the hidden size if the config has `auto` or no value. */
export function timeStepRank(config: ConfigReader, name: string, hiddenSize: number): number {
  return config.raw(name) === 'auto' ? Math.ceil(hiddenSize / 16) : config.derived(name, Math.ceil(hiddenSize / 16))
}
