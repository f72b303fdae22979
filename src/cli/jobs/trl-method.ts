import type { MemoryOptions } from '../../estimate/index.js'
import type { FinetuningType } from '../../schemas/index.js'
import type { JobKeys } from './job-keys.js'
import { rolloutIn } from './rollout-keys.js'

/** A command of TRL besides `trl sft`, as its config shows it. */
export interface TrlMethod {
  readonly type?: FinetuningType
  readonly options: MemoryOptions
  /** Sequences of one example that the command computes, if its type does not say. */
  readonly sequences?: number
}

/**
 * The command that a config of TRL is for. A config does not name it: it shows in keys that only one command has (trl 1.16.0,
 * `trainer/*_config.py`).
 */
export function trlMethodIn(keys: JobKeys): TrlMethod {
  const command = COMMANDS.find(({ marks }) => marks.some((mark) => keys.has(mark)))
  if (command) return command.read(keys)
  if (keys.has('beta'))
    keys.warn('beta', 'belongs to a method of preferences or rewards; give --finetuning-type dpo, kto or grpo')
  return { options: {} }
}

interface Command {
  readonly marks: readonly string[]
  readonly read: (keys: JobKeys) => TrlMethod
}

const ROLLOUTS = [
  'num_generations',
  'max_completion_length',
  'reward_funcs',
  'reward_model_name_or_path',
  'steps_per_generation',
]

const COMMANDS: readonly Command[] = [
  // `beta` of RLOO is 0.05 unless it is given.
  { marks: ['normalize_advantages', 'reward_clip_range'], read: (keys) => rollouts(keys, 0.05) },
  { marks: ROLLOUTS, read: (keys) => rollouts(keys, 0) },
  { marks: ['desirable_weight', 'undesirable_weight'], read: (keys) => asked(keys, 'kto') },
  { marks: ['center_rewards_coefficient'], read: reward },
  {
    marks: [
      'precompute_ref_log_probs',
      'f_divergence_type',
      'ld_alpha',
      'loss_weights',
      'use_weighting',
      'discopop_tau',
    ],
    read: (keys) => asked(keys, dpoType(keys)),
  },
  { marks: ['loss_type'], read: byLoss },
]

function rollouts(keys: JobKeys, beta: number): TrlMethod {
  const rollout = rolloutIn(keys, beta)
  // Losses of groups differ in weights alone.
  keys.any('loss_type')
  const prompt = keys.count('max_prompt_length')
  if (prompt === undefined)
    keys.warn(
      keys.has('max_completion_length') ? 'max_completion_length' : 'model_name_or_path',
      `prompts of ${PROMPT} tokens are counted, since TRL limits none: give --context for prompt and completion together`,
    )
  const microBatches = keys.count('gradient_accumulation_steps') ?? 1
  if ((keys.count('steps_per_generation') ?? microBatches) !== microBatches)
    keys.warn('steps_per_generation', 'completions are counted as those of the micro-batches of one step')
  if (keys.has('generation_batch_size'))
    keys.warn('generation_batch_size', 'completions are counted as those of the micro-batches of one step')
  return { type: 'grpo', options: { ...rollout, sequenceLength: (prompt ?? PROMPT) + rollout.targetLength } }
}

/** The default of `max_prompt_length` before TRL 1. */
const PROMPT = 512

function asked(keys: JobKeys, type: FinetuningType): TrlMethod {
  for (const key of ['beta', 'max_prompt_length', 'loss_type']) keys.any(key)
  const isPrecomputed = keys.flag('precompute_ref_log_probs') === true
  return { type, options: isPrecomputed ? { referenceModel: false } : {} }
}

function reward(keys: JobKeys): TrlMethod {
  keys.warn(
    'center_rewards_coefficient',
    'a reward model is counted with the head of its config: name a config of a …ForSequenceClassification',
  )
  return { options: {}, sequences: 2 }
}

/** `loss_type` of DPO is a name or a list of names, that of KTO and SFT a name. */
function lossesIn(keys: JobKeys): readonly string[] {
  return keys.texts('loss_type') ?? []
}

function dpoType(keys: JobKeys): FinetuningType {
  return lossesIn(keys).includes('ipo') ? 'ipo' : 'dpo'
}

function byLoss(keys: JobKeys): TrlMethod {
  const losses = lossesIn(keys)
  if (losses.some((loss) => OF_KTO.has(loss))) return asked(keys, 'kto')
  if (losses.some((loss) => OF_DPO.has(loss))) return asked(keys, dpoType(keys))
  if (losses.some((loss) => OF_GRPO.has(loss))) return rollouts(keys, 0)
  if (losses.some((loss) => !OF_SFT.has(loss))) keys.warn('loss_type', 'not known, and not counted')
  return { options: {} }
}

const OF_KTO = new Set(['kto', 'apo_zero_unpaired'])
const OF_GRPO = new Set(['grpo', 'dapo', 'bnpo', 'dr_grpo', 'cispo', 'sapo', 'luspo', 'vespo'])
const OF_SFT = new Set(['nll', 'dft', 'chunked_nll'])
const OF_DPO = new Set([
  'sigmoid',
  'hinge',
  'ipo',
  'exo_pair',
  'nca_pair',
  'robust',
  'bco_pair',
  'sppo_hard',
  'aot',
  'aot_unpaired',
  'discopop',
  'apo_zero',
  'apo_down',
  'sigmoid_norm',
  'sft',
])
