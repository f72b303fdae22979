import { CheckpointError, type ConfigObject } from '../architecture/index.js'
import { checkOptions, type OptionTable, required, text } from '../options/index.js'
import type { Adapter, FinetuningType } from '../schemas/index.js'
import { numberIn, objectIn, textIn } from './json-object.js'
import { elementCount, type StoredTensors } from './quantisation/stored-weight.js'

/** Who the adapter is in the registry: what its files cannot say. */
export interface AdapterIdentity {
  readonly name: string
  readonly workspace: string
  /** `workspace/name` of the fileset that holds it. */
  readonly fileset: string
}

/** What the identity may be. */
export const ADAPTER_IDENTITY: OptionTable<AdapterIdentity> = {
  name: required(text),
  workspace: required(text),
  fileset: required(text),
}

/** A PEFT adapter as its files tell it. */
export interface PeftAdapter {
  readonly adapter: Adapter
  /** `base_model_name_or_path`: the checkpoint that it was trained on. */
  readonly baseModel?: string
  /** Elements of all its tensors; absent without headers. */
  readonly parameters?: number
  /** How many modules carry it; absent without headers. */
  readonly modules?: number
  readonly notes: readonly string[]
}

/**
 * The `Adapter` of a PEFT adapter: its kind, its rank and its scaling from `adapter_config.json`, checked against the
 * shapes in its safetensors header where one is given.
 *
 * @param config - the content of `adapter_config.json`
 * @param tensors - the tensors of `adapter_model.safetensors`
 * @throws TypeError for an identity that lacks a part, or has another
 * @throws CheckpointError `missing_field` or `invalid_field` for a config without a known `peft_type`
 */
export function adapterFromPeft(config: ConfigObject, identity: AdapterIdentity, tensors?: StoredTensors): PeftAdapter {
  checkOptions(identity, ADAPTER_IDENTITY)
  if (textIn(config, 'peft_type') === undefined && objectIn(config, 'lora_parameters'))
    return adapterFromMlx(config, identity, tensors)
  const kind = finetuningTypeOf(config)
  const notes: string[] = []
  const rank = rankOf(config)
  const alpha = numberIn(config, 'lora_alpha')
  const loraConfig =
    rank === undefined ? undefined : { rank, ...(alpha !== undefined && Number.isInteger(alpha) && { alpha }) }
  if (alpha !== undefined && !Number.isInteger(alpha))
    notes.push(`lora_alpha is ${alpha}; the registry keeps whole numbers only`)
  const ranks = tensors && storedRanks(tensors)
  if (ranks && rank !== undefined && kind !== 'adalora') notes.push(...rankNotes(rank, ranks, config))
  if (kind === 'adalora' && rank !== undefined) notes.push(...adaloraNotes(rank, config))
  const baseModel = textIn(config, 'base_model_name_or_path')
  return {
    adapter: { ...identity, finetuning_type: kind, ...(loraConfig && { lora_config: loraConfig }) },
    ...(baseModel !== undefined && { baseModel }),
    ...(tensors && { parameters: [...tensors.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0) }),
    ...(ranks && { modules: ranks.size }),
    notes,
  }
}

/** mlx-lm writes an `adapter_config.json` of its own: rank and a scale that stands for alpha / rank, whatever the rank. */
function adapterFromMlx(
  config: ConfigObject,
  identity: AdapterIdentity,
  tensors: StoredTensors | undefined,
): PeftAdapter {
  const settings = objectIn(config, 'lora_parameters')
  const rank = numberIn(settings, 'rank')
  const scale = numberIn(settings, 'scale')
  const alpha = rank !== undefined && scale !== undefined ? rank * scale : undefined
  const baseModel = textIn(config, 'model')
  const loraConfig = rank !== undefined && { rank, ...(alpha !== undefined && Number.isInteger(alpha) && { alpha }) }
  return {
    adapter: {
      ...identity,
      finetuning_type: textIn(config, 'fine_tune_type') === 'dora' ? 'dora' : 'lora',
      ...(loraConfig && { lora_config: loraConfig }),
    },
    ...(baseModel !== undefined && { baseModel }),
    ...(tensors && { parameters: [...tensors.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0) }),
    notes: ['the adapter is one of mlx-lm: other engines need it converted to PEFT first'],
  }
}

/** AdaLoRA starts with `init_r` and prunes until `target_r` is left on average; its `r` counts for nothing. Defaults: PEFT's. */
function rankOf(config: ConfigObject): number | undefined {
  if (textIn(config, 'peft_type') === 'ADALORA') return numberIn(config, 'target_r') ?? ADALORA_TARGET_RANK
  return numberIn(config, 'r')
}

const ADALORA_TARGET_RANK = 8

function adaloraNotes(rank: number, config: ConfigObject): string[] {
  const initial = numberIn(config, 'init_r')
  if (initial === undefined || initial === rank) return []
  return [`AdaLoRA starts with rank ${initial}, which the files may hold, and ends with ${rank} on average`]
}

/** PEFT's kinds of adapters, in the words of the registry. Source: `PeftType` of PEFT 0.21. */
const FINETUNING_TYPE_OF_PEFT_TYPE: Readonly<Record<string, FinetuningType>> = {
  LORA: 'lora',
  ADALORA: 'adalora',
  PROMPT_TUNING: 'prompt_tuning',
  MULTITASK_PROMPT_TUNING: 'prompt_tuning',
  PREFIX_TUNING: 'prefix_tuning',
  P_TUNING: 'p_tuning',
}

function finetuningTypeOf(config: ConfigObject): FinetuningType {
  const peftType = textIn(config, 'peft_type')
  const place = ['adapter_config.json', 'peft_type']
  if (peftType === undefined)
    throw new CheckpointError('missing_field', 'adapter_config.json has no peft_type', { place })
  const kind = Object.hasOwn(FINETUNING_TYPE_OF_PEFT_TYPE, peftType)
    ? FINETUNING_TYPE_OF_PEFT_TYPE[peftType]
    : undefined
  if (kind === undefined) {
    const known = Object.keys(FINETUNING_TYPE_OF_PEFT_TYPE).join(', ')
    throw new CheckpointError(
      'invalid_field',
      `peft_type is ${JSON.stringify(peftType)}, which the registry has no word for`,
      {
        place,
        help: `it knows ${known}`,
      },
    )
  }
  return kind === 'lora' && config['use_dora'] === true ? 'dora' : kind
}

/** The rank of each module: the rows of its `lora_A`, or the columns of `lora_embedding_A` turned round. */
function storedRanks(tensors: StoredTensors): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>()
  for (const [name, { shape }] of tensors) {
    const match = /\.lora_(?:embedding_)?A(?:\.[^.]+)?(?:\.weight)?$/.exec(name)
    if (match) ranks.set(name.slice(0, match.index), shape[0] ?? 0)
  }
  return ranks
}

function rankNotes(rank: number, ranks: ReadonlyMap<string, number>, config: ConfigObject): string[] {
  const pattern = config['rank_pattern']
  const mayDiffer = typeof pattern === 'object' && pattern !== null && Object.keys(pattern).length > 0
  // LoRA on a parameter of stacked experts keeps r rows for each expert.
  const stacks = Array.isArray(config['target_parameters']) && config['target_parameters'].length > 0
  const isStacked = (stored: number) => stacks && stored > rank && stored % rank === 0
  const others = [...ranks].filter(([, stored]) => stored !== rank && !isStacked(stored))
  const [first] = others
  if (!first) return []
  const [module, stored] = first
  const what = `${others.length} of ${ranks.size} modules have another rank than ${rank}: ${module} has ${stored}`
  return [mayDiffer ? `${what} (rank_pattern)` : `${what}, and no rank_pattern says so`]
}
