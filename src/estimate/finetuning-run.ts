/** What a fine-tuning type trains, holds and runs in one step. To add a type, add a row. */
import type { FinetuningType } from '../schemas/index.js'
import { FINETUNING } from './finetuning.js'
import type { LoraOptions } from './lora/options.js'
import type { MemoryMethod } from './methods.js'
import type { TrainableOptions } from './trainable-count.js'

/** A part of the weights that is trained while the rest is frozen. */
export type TrainedPart = 'top-layers' | 'biases' | 'attention'

/** Virtual tokens in front of each sequence: their embeddings, those behind a small network, or keys and values of each layer. */
export type VirtualTokens = 'prompt' | 'encoded-prompt' | 'prefixes'

/** The step of a method that learns from preferences or rewards (TRL 1.16; PPO: TRL 0.19). */
export interface PreferenceStep {
  /** Sequences of one example: 2 if each is a chosen and a rejected one. */
  readonly sequences: number
  /** Whether a reference is asked for the same tokens, and when. */
  readonly reference?: 'after' | 'before'
  /** Whether FSDP2 has the layers of the reference as groups. Default: no, the reference is one group. */
  readonly referenceInLayers?: boolean
  /** Whether the trained model also runs without gradients, on other completions (KTO's estimate of the divergence). */
  readonly repeats?: boolean
  /** Whether completions are generated first, with a cache. */
  readonly generates?: boolean
  /** Whether a frozen reward model and a trained value model are held. */
  readonly hasCritics?: boolean
  /**
   * What the loss needs: the log-probabilities of completions, in tiles or from the logits of all tokens, or those of all tokens and
   * a cross entropy.
   */
  readonly loss: 'log-probs' | 'log-probs-of-logits' | 'log-probs-and-entropy'
  /** Whether the trainer sets every dropout of the model to 0 (`disable_dropout`, true in TRL except for GRPO). Default: no. */
  readonly withoutDropout?: boolean
}

interface Row {
  readonly method: 'full' | 'lora' | 'qlora' | 'lora if asked'
  readonly part?: TrainedPart
  readonly tokens?: VirtualTokens
  readonly preference?: PreferenceStep
  /** Options of adapters that the type stands for. */
  readonly adapters?: Partial<LoraOptions>
  /** Groups of parameters that the optimizer updates one after another. */
  readonly groups?: 'one' | 'lora-plus'
}

const WHOLE: Row = { method: 'full' }
const LORA: Row = { method: 'lora' }
const PROMPT: Row = { method: 'lora', tokens: 'prompt' }
const PREFIXES: Row = { method: 'lora', tokens: 'prefixes' }
const PAIRS: Row = {
  method: 'lora if asked',
  preference: { sequences: 2, reference: 'after', loss: 'log-probs', withoutDropout: true },
}

const ROWS: Readonly<Record<FinetuningType, Row>> = {
  all_weights: WHOLE,
  // At its peak, after the last layer is unfrozen.
  gradual_unfreezing: WHOLE,
  last_layer: { method: 'full', part: 'top-layers' },
  top_layers: { method: 'full', part: 'top-layers' },
  bias_only: { method: 'full', part: 'biases' },
  attention_only: { method: 'full', part: 'attention' },
  lora: LORA,
  qlora: { method: 'qlora' },
  // They are merged after training.
  lora_merged: LORA,
  // `create_loraplus_optimizer` of PEFT 0.21: A and B are groups with learning rates of their own.
  lora_plus: { ...LORA, groups: 'lora-plus' },
  dora: { ...LORA, adapters: { useDora: true } },
  adalora: { ...LORA, adapters: { peftType: 'adalora' } },
  prompt_tuning: PROMPT,
  soft_prompt: PROMPT,
  prefix_tuning: PREFIXES,
  p_tuning_v2: PREFIXES,
  p_tuning: { method: 'lora', tokens: 'encoded-prompt' },
  dpo: PAIRS,
  cdpo: PAIRS,
  ipo: PAIRS,
  kto: {
    method: 'lora if asked',
    preference: { sequences: 1, reference: 'after', repeats: true, loss: 'log-probs', withoutDropout: true },
  },
  grpo: {
    method: 'lora if asked',
    preference: { sequences: 1, reference: 'before', generates: true, loss: 'log-probs' },
  },
  ppo: {
    method: 'lora if asked',
    preference: {
      sequences: 1,
      reference: 'before',
      generates: true,
      hasCritics: true,
      loss: 'log-probs',
      withoutDropout: true,
    },
  },
  orpo: { method: 'lora if asked', preference: { sequences: 2, loss: 'log-probs-and-entropy', withoutDropout: true } },
  rrhf: { method: 'lora if asked', preference: { sequences: 2, loss: 'log-probs-and-entropy', withoutDropout: true } },
}

/** The run of a fine-tuning type. */
export interface FinetuningRun extends Omit<Row, 'method'> {
  readonly type: FinetuningType
  readonly method: MemoryMethod
  readonly options: TrainableOptions
}

/** The options that belong to a fine-tuning type. */
export type FinetuningOptions = Partial<TrainableOptions> & {
  readonly method?: MemoryMethod
  readonly referenceModel?: boolean
}

const OWN = ['numVirtualTokens', 'encoderHiddenSize', 'prefixProjection', 'layers'] as const

/**
 * The run that options describe; `undefined` without a fine-tuning type.
 *
 * @throws TypeError for options that the type does not use, or needs and are missing, and for a method beside a type
 */
export function finetuningRun(options: FinetuningOptions): FinetuningRun | undefined {
  const { finetuningType: type } = options
  if (type === undefined) {
    const [stray] = [...OWN, 'referenceModel' as const].filter((name) => options[name] !== undefined)
    if (stray === undefined) return undefined
    throw new TypeError(`\`${stray}\` belongs to a fine-tuning type: pass \`finetuningType\` too`)
  }
  if (options.method !== undefined) {
    throw new TypeError('`method` and `finetuningType` both say what is trained: pass only one of them')
  }
  const { uses } = FINETUNING[type]
  for (const name of [...OWN, 'lora'] as const) {
    if (options[name] !== undefined && !uses.includes(name)) {
      throw new TypeError(`\`${name}\` has no meaning with the fine-tuning type ${type}`)
    }
  }
  const row = ROWS[type]
  const needed = row.tokens ? 'numVirtualTokens' : type === 'top_layers' ? 'layers' : undefined
  if (needed && options[needed] === undefined) {
    throw new TypeError(`\`${needed}\` is missing: the fine-tuning type ${type} needs it`)
  }
  const method = row.method === 'lora if asked' ? (options.lora ? 'lora' : 'full') : row.method
  const own = Object.fromEntries(OWN.map((name) => [name, options[name]]))
  const preference = preferenceOf(row, type, options.referenceModel)
  return { ...row, ...(preference && { preference }), type, method, options: { ...own, finetuningType: type } }
}

function preferenceOf({ preference }: Row, type: FinetuningType, asked: boolean | undefined): Row['preference'] {
  if (asked !== undefined && !preference?.reference)
    throw new TypeError(`\`referenceModel\` has no meaning with the fine-tuning type ${type}, which asks no reference`)
  if (!preference || asked !== false) return preference
  const { reference: _, ...alone } = preference
  return alone
}

/** What of a type decides which other options mean something. */
export function ofType(type: FinetuningType | undefined): {
  readonly ownLoss: boolean
  readonly tokens?: VirtualTokens
  readonly part?: TrainedPart
} {
  const row = type && ROWS[type]
  return {
    ownLoss: row?.preference !== undefined,
    ...(row?.tokens && { tokens: row.tokens }),
    ...(row?.part && { part: row.part }),
  }
}

/** The method behind a type: that of all weights where adapters are trained only if they are asked for. */
export function methodOfType(type: FinetuningType): MemoryMethod {
  const { method } = ROWS[type]
  return method === 'lora if asked' ? 'full' : method
}
