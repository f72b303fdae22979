import type { ConfigReader } from './config-reader.js'
import type { Buffer, Steps } from './program/index.js'

/** The size of an image in pixels. */
export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** What a multimodal model makes of images or of sound: steps that put vectors in the places of tokens. */
export interface Sense {
  /** Tokens that one of them, or all the sound of a sequence, has among those of a sequence; 0 if it is about text. */
  readonly tokens: number
  /** What it is, in one phrase: `images of 336 × 336 pixels`. If it is about text, what happens to it, in a sentence. */
  readonly input: string
  /** What is assumed beside that, in sentences. Default: nothing. */
  readonly says?: readonly string[]
  /** Whether the processor makes images of any size as large as that. Default: no. */
  readonly isResized?: boolean
  /** What exists throughout a step besides the ids. */
  readonly buffers: readonly Buffer[]
  /**
   * From the embeddings of the tokens, in the variable `embedded`, to those with vectors of images or sound among them. Modules are named
   * from the root of the model.
   */
  readonly steps: Steps
  /** The same before the tokens are looked up, without `embedded`. Default: nothing. */
  readonly ahead?: Steps
  /**
   * Whether the code makes boolean masks for each sequence, one for layers with a window and one for the others, so that flash attention cannot
   * be used, or only the former; or one mask of numbers for each sequence. Default: no.
   */
  readonly masks?: 'eachSequence' | 'eachWindow' | 'numbers'
  /** The masks of placeholders among its variables that the forward pass counts with those of text. Default: none. */
  readonly placeholderMasks?: number
  /** Whether the code numbers the tokens on all axes before the language model, which then does not. Default: no. */
  readonly numbersTokens?: boolean
  /** Whether the language model scales the embeddings after images are among them. Default: no. */
  readonly isBeforeScale?: boolean
  /**
   * The ends of the names of the parameters of experts that its tokens alone reach: they have no gradients without it. Default: its tokens have no
   * experts of their own.
   */
  readonly ownExperts?: readonly string[]
  /** The variables of these steps that each layer of the language model gets. Default: none. */
  readonly given?: readonly string[]
  /**
   * Layers of the language model that attend to what it sees, by their indices, and their steps: on the variable `hidden`, with those of `given`.
   * Default: none.
   */
  readonly crossing?: { readonly layers: readonly number[]; readonly steps: Steps }
  /** Steps behind the first layers of the language model, on the variable `hidden`. Default: none. */
  readonly behind?: readonly Steps[]
  /** The variables of these steps that the output of the model holds: until the loss is computed, or longer if the loop keeps it. Default: none. */
  readonly returned?: readonly string[]
  /** Those that the code which computes the loss holds until it has. Default: none. */
  readonly untilLoss?: readonly string[]
  /** The prefixes of the names of the modules that it passes through. */
  readonly passes: readonly string[]
  /** Of these, the prefixes of the names of parameters that nothing depends on. */
  readonly unused?: readonly string[]
}

/** What a run is asked for. */
export interface AskedSense {
  readonly images: number
  /** Absent: the size that the family's images have by default. */
  readonly imageSize?: ImageSize | undefined
  readonly audioSeconds: number
}

/**
 * Describes what a family makes of its inputs.
 *
 * @param prefix - where its modules are: `model.`
 * @throws RangeError for an input that its processor never makes, with what to pass
 */
export type FindSense = (config: ConfigReader, asked: AskedSense, prefix: string) => Sense
