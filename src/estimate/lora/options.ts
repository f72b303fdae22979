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
  readonly bias?: 'none' | 'all' | 'lora_only'
  /** DoRA (Liu et al. 2024, arXiv:2402.09353): a magnitude for each output feature beside the two matrices. Default: no. */
  readonly useDora?: boolean
  /** Rank-stabilised LoRA (Kalajdzievski 2023, arXiv:2312.03732) scales otherwise; it trains as many parameters. */
  readonly useRslora?: boolean
}

/** Refuses what PEFT refuses, before anything is counted. */
export function checkOptions(options: LoraOptions): void {
  const { rank, rankPattern = {}, bias = 'none', targetModules, layersToTransform, layersPattern } = options
  checkRank('rank', rank)
  for (const [pattern, own] of Object.entries(rankPattern)) checkRank(`rankPattern[${JSON.stringify(pattern)}]`, own)
  if (!BIASES.includes(bias))
    throw new RangeError(`bias should be one of ${BIASES.join(', ')}: ${JSON.stringify(bias)}`)
  if (typeof targetModules === 'string' && layersToTransform !== undefined) {
    throw new TypeError(
      'layersToTransform works only with a list of targets: a regular expression can name layers itself',
    )
  }
  if (layersPattern?.length && layersToTransform === undefined) {
    throw new TypeError('layersPattern says where layersToTransform counts: give both')
  }
}

const BIASES: readonly string[] = ['none', 'all', 'lora_only']

function checkRank(option: string, rank: number): void {
  if (!Number.isSafeInteger(rank) || rank < 1) {
    throw new RangeError(`${option} should be an integer of at least 1: ${String(rank)}`)
  }
}
