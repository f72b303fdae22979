import type { Count } from './count.js'
import type { Steps, Value } from './steps.js'

/**
 * A forward pass as a program: what the code of transformers computes, step by step, with the variables that its functions hold.
 * It is plain data that `estimate/replay/program` runs with the sizes of the modules. Encoders, encoder-decoders, and the encoders
 * of images and sound are written this way; decoders of text have a `ForwardPass`, which also knows about sharding.
 */
export interface Program {
  /** What exists throughout a step: inputs, and the buffers of modules. */
  readonly buffers: readonly Buffer[]
  /** Elements of the labels, if they are not an input. */
  readonly labels?: Count
  /** Their type. Default: `int64`. */
  readonly labelType?: Buffer['type']
  /** The names of parameters that are never trained. */
  readonly untrained?: readonly string[]
  /** The ends of names of linear layers whose weight the code multiplies by itself, so that an adapter there never runs. Default: none. */
  readonly bypassedLayers?: readonly string[]
  /** Whether transformers refuses to recompute its layers. Default: no. */
  readonly keepsLayers?: boolean
  /** Whether it hears the sound of a run, so that `audioSeconds` has to be given. Default: no. */
  readonly hears?: boolean
  /** The program of a run with an image in each sequence (`images: 1`), if it can see. */
  readonly seen?: Program
  /** The most tokens of a sequence for which these are the steps, and those of longer ones. */
  readonly longest?: { readonly tokens: number; readonly beyond: Steps }
  /** Why it has no forward-pass model with this config, and what to do. */
  readonly undescribed?: string
  /** Why its training has no forward-pass model, though the class computes a loss. */
  readonly withoutTraining?: string
  /** Whether it is an encoder-decoder, which writes tokens beside those that it reads. */
  readonly writes?: boolean
  /** What is assumed about the code that runs, in sentences. */
  readonly says?: readonly string[]
  /** The rates of dropout above 0 in it, by their fields in the config. */
  readonly rates?: Readonly<Record<string, number>>
  /** From the inputs to the result: logits, or hidden states. */
  readonly steps: Steps
  /** Variables of `steps` that the output of the class holds beside the result. Default: none. */
  readonly returned?: readonly string[]
  /** The loss, from the variables of `steps`; absent if the class has none. */
  readonly loss?: Value
}

/** A tensor of integers, or of numbers as wide as those of the parameters. */
export interface Buffer {
  readonly count: Count
  readonly type?: 'int64' | 'float32' | 'bfloat16' | 'bool' | 'model'
}
