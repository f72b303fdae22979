import {
  boolean,
  checkOptions,
  choice,
  integer,
  listOf,
  number,
  type OptionTable,
  oneOf,
  recordOf,
  required,
  text,
} from '../../options/index.js'
import { prefixMatch } from './python-regex/full-match.js'

/** Which modules get which kind of adapter: PEFT's `LoraConfig`, in camel case. */
export interface LoraOptions {
  /** The rank of the update, PEFT's `r`. */
  readonly rank: number
  /**
   * `'all-linear'` for every linear layer except the output embedding; a list of names, each a full name or the end of one
   * (`'q_proj'`, `'self_attn.q_proj'`); or a Python regular expression that must match the full name.
   * Default: PEFT's default for the family.
   */
  readonly targetModules?: 'all-linear' | (string & {}) | readonly string[]
  /** Modules to exclude: a list of names or a regular expression, as in `targetModules`. */
  readonly excludeModules?: string | readonly string[]
  /** The layers to adapt, by index. Works only with a list of targets. Default: all. */
  readonly layersToTransform?: number | readonly number[]
  /** The name of the list of layers, if PEFT cannot find it itself: `'layers'`, `'h'`. */
  readonly layersPattern?: string | readonly string[]
  /** Different ranks for some modules. Each key is a regular expression for the end of a name; the first match wins. */
  readonly rankPattern?: Readonly<Record<string, number>>
  /** Modules to train fully, as a copy: those whose name ends with one of these texts. */
  readonly modulesToSave?: readonly string[]
  /** Which biases of the base model are trained: none, those of adapted layers, or all. Default: `'none'`. */
  readonly bias?: (typeof BIASES)[number]
  /** DoRA (Liu et al. 2024, arXiv:2402.09353): adds a magnitude for each output feature. Default: no. */
  readonly useDora?: boolean
  /** The share of inputs that adapters drop, PEFT's `lora_dropout`. It needs memory for a mask and a copy of each input. Default: 0. */
  readonly loraDropout?: number
  /**
   * Parameters to adapt that are no layers, such as experts in one tensor: each a full name or the end of one, PEFT's
   * `target_parameters`. `targetModules` may then be an empty list.
   */
  readonly targetParameters?: readonly string[]
  /**
   * The kind of adapter, PEFT's `peft_type`. `adalora`: a singular value for each rank, with `rank` as the initial one (Zhang et al.
   * 2023, arXiv:2303.10512). `vera`: two vectors for each layer around one frozen pair of matrices that all layers share (Kopiczko et al.
   * 2023, arXiv:2310.11454). Default: `lora`.
   */
  readonly peftType?: (typeof PEFT_TYPES)[number]
  /** Different scales for some modules, PEFT's `alpha_pattern`: the keys are as in `rankPattern`. They change no count and no memory. */
  readonly alphaPattern?: Readonly<Record<string, number>>
  /** Rank-stabilised LoRA (Kalajdzievski 2023, arXiv:2312.03732): scales differently, with the same number of parameters. */
  readonly useRslora?: boolean
}

const PEFT_TYPES = ['lora', 'adalora', 'vera'] as const

/** PEFT's `bias`. */
const BIASES = ['none', 'all', 'lora_only'] as const

const textOrTexts = oneOf(text, listOf(text))
const RANK = integer(1)
const LAYER = integer(0)

/** The checks for the options of an adapter. */
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
  loraDropout: number(0, 1),
  targetParameters: listOf(text),
  peftType: choice(PEFT_TYPES),
  alphaPattern: recordOf(number(0)),
  useRslora: boolean,
}

/** Refuses combinations of options that PEFT refuses. */
export function checkLoraOptions(options: LoraOptions): void {
  checkOptions(options, LORA_OPTIONS)
  const { targetModules, layersToTransform, layersPattern } = options
  refuseOtherKinds(options)
  for (const pattern of Object.keys(options.alphaPattern ?? {})) prefixMatch(`(.*\\.)?(${pattern})$`, 'alphaPattern')
  if (typeof targetModules === 'string' && layersToTransform !== undefined) {
    throw new TypeError(
      'layersToTransform works only with a list of targets; in a regular expression, name the layers there',
    )
  }
  if (layersPattern?.length && layersToTransform === undefined) {
    throw new TypeError('layersPattern needs layersToTransform: pass both')
  }
}

/** The options that PEFT's `LoraConfig` has and that of another kind has not, or refuses (PEFT 0.21). */
const UNSUPPORTED: Readonly<
  Record<Exclude<LoraOptions['peftType'], undefined | 'lora'>, readonly (keyof LoraOptions)[]>
> = {
  // `AdaLoraConfig.__post_init__` and `AdaLoraModel`; ranks are its own to change.
  adalora: ['useDora', 'targetParameters', 'rankPattern'],
  vera: ['useDora', 'useRslora', 'targetParameters', 'rankPattern', 'alphaPattern'],
}

function refuseOtherKinds(options: LoraOptions): void {
  const { peftType = 'lora', targetParameters = [], loraDropout = 0, useDora = false } = options
  if (peftType !== 'lora') {
    const stray = UNSUPPORTED[peftType].find((name) => options[name] !== undefined && options[name] !== false)
    if (stray !== undefined) throw new TypeError(`${stray} has no meaning with adapters of the type ${peftType}`)
  }
  if (targetParameters.length > 0 && (loraDropout > 0 || useDora))
    throw new TypeError(
      `targetParameters excludes ${useDora ? 'useDora' : 'loraDropout'}: PEFT cannot adapt a tensor with it; ${useDora ? 'leave it out' : 'set it to 0'}`,
    )
}
