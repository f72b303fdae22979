import {
  boolean,
  checkOptions,
  choice,
  integer,
  listOf,
  type OptionTable,
  oneOf,
  recordOf,
  required,
  text,
} from '../../options/index.js'

/** Which modules get an adapter, and what kind: PEFT's `LoraConfig` in this library's spelling. */
export interface LoraOptions {
  /** Width of the two matrices that stand for an update, PEFT's `r`. */
  readonly rank: number
  /**
   * `'all-linear'` for every linear layer but the output embedding; a list of names, each a whole name or the end of one
   * (`'q_proj'`, `'self_attn.q_proj'`); a text for a regular expression that must match whole names, in Python's spelling.
   * Default: what PEFT has in its table for the family.
   */
  readonly targetModules?: 'all-linear' | (string & {}) | readonly string[]
  /** Modules to pass over: a list of names or a regular expression, as in `targetModules`. */
  readonly excludeModules?: string | readonly string[]
  /** The layers to adapt, by index; only with a list of targets. Default: all. */
  readonly layersToTransform?: number | readonly number[]
  /** What the list of layers is called, where it is not plain: `'layers'`, `'h'`. */
  readonly layersPattern?: string | readonly string[]
  /** Ranks of their own for modules whose name ends as a regular expression says: the first that fits counts. */
  readonly rankPattern?: Readonly<Record<string, number>>
  /** Modules that are trained whole, in a copy: those whose name ends with one of these texts. */
  readonly modulesToSave?: readonly string[]
  /** Whether biases of the base model are trained: none, those of adapted layers, or all. Default: `'none'`. */
  readonly bias?: (typeof BIASES)[number]
  /** DoRA (Liu et al. 2024, arXiv:2402.09353): a magnitude for each output feature beside the two matrices. Default: no. */
  readonly useDora?: boolean
  /** Rank-stabilised LoRA (Kalajdzievski 2023, arXiv:2312.03732) scales otherwise; it trains as many parameters. */
  readonly useRslora?: boolean
}

/** PEFT's `bias`. */
const BIASES = ['none', 'all', 'lora_only'] as const

const textOrTexts = oneOf(text, listOf(text))
const RANK = integer(1)
const LAYER = integer(0)

/** What the options of an adapter may be. */
export const LORA_OPTIONS: OptionTable<LoraOptions> = {
  rank: required(RANK),
  targetModules: textOrTexts,
  excludeModules: textOrTexts,
  layersToTransform: oneOf(LAYER, listOf(LAYER)),
  layersPattern: textOrTexts,
  rankPattern: recordOf(RANK),
  modulesToSave: listOf(text),
  bias: choice(BIASES),
  useDora: boolean,
  useRslora: boolean,
}

/** Refuses what PEFT refuses, before anything is counted. */
export function checkLoraOptions(options: LoraOptions): void {
  checkOptions(options, LORA_OPTIONS)
  const { targetModules, layersToTransform, layersPattern } = options
  if (typeof targetModules === 'string' && layersToTransform !== undefined) {
    throw new TypeError(
      'layersToTransform works only with a list of targets: a regular expression can name layers itself',
    )
  }
  if (layersPattern?.length && layersToTransform === undefined) {
    throw new TypeError('layersPattern says where layersToTransform counts: give both')
  }
}
