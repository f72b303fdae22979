import { CheckpointError, type ConfigObject, type Shape } from '../architecture/index.js'
import { checkOptions, type OptionTable, required, text } from '../options/index.js'
import type { Adapter, FinetuningType } from '../schemas/index.js'
import { numberIn, objectIn, textIn, textsIn } from './json-object.js'
import { elementCount, type StoredTensors } from './quantisation/stored-weight.js'

/** The adapter's name, workspace and fileset in the registry: its files do not contain them. */
export interface AdapterIdentity {
  readonly name: string
  readonly workspace: string
  /** `workspace/name` of the fileset that holds it. */
  readonly fileset: string
}

/** The allowed fields of the identity. */
export const ADAPTER_IDENTITY: OptionTable<AdapterIdentity> = {
  name: required(text),
  workspace: required(text),
  fileset: required(text),
}

/** A PEFT adapter, derived from its files. */
export interface PeftAdapter {
  readonly adapter: Adapter
  /** `base_model_name_or_path`: the checkpoint that it was trained on. */
  readonly baseModel?: string
  /** Elements of its tensors, without copies of the base model's weights; absent without headers. */
  readonly parameters?: number
  /** The number of modules that it adapts; absent without headers. */
  readonly modules?: number
  readonly notes: readonly string[]
}

/**
 * Derives the `Adapter` entity of a PEFT adapter: kind, rank and scaling from `adapter_config.json`. If you give the
 * tensors, the rank is checked against their shapes.
 *
 * @param config - the content of `adapter_config.json`
 * @param tensors - the tensors of `adapter_model.safetensors`
 * @throws TypeError for an identity with a missing or unknown field
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
    notes.push(`alpha is left out: lora_alpha is ${alpha}, and the registry only stores integers`)
  const ranks = tensors && storedRanks(tensors)
  if (ranks && rank !== undefined && kind !== 'adalora') notes.push(...rankNotes(rank, ranks, config))
  if (kind === 'adalora' && rank !== undefined) notes.push(...adaloraNotes(rank, config))
  if (kind === 'lora' || kind === 'dora') notes.push(...settingNotes(config, rank, alpha))
  const baseModel = textIn(config, 'base_model_name_or_path')
  const copies = tensors ? [...tensors.keys()].filter((name) => isCopy(name, config)) : []
  if (copies.length > 0)
    notes.push(
      `not counted: ${copies.join(', ')}, which PEFT copies from the base model beside an adapter of embeddings`,
    )
  if ((kind === 'p_tuning' || config['prefix_projection'] === true) && tensors)
    notes.push('parameters are those of the stored prompt; training also has an encoder, which PEFT does not store')
  return {
    adapter: { ...identity, finetuning_type: kind, ...(loraConfig && { lora_config: loraConfig }) },
    ...(baseModel !== undefined && { baseModel }),
    ...(tensors && {
      parameters: elementsOf(tensors) - elementsOf(new Map(copies.map((name) => [name, tensors.get(name)]))),
    }),
    ...(ranks && { modules: ranks.size }),
    notes,
  }
}

/** What PEFT's config says beside rank and alpha, and a `lora_config` cannot. */
function settingNotes(config: ConfigObject, rank: number | undefined, alpha: number | undefined): string[] {
  const ofPatterns = Object.keys(objectIn(config, 'alpha_pattern') ?? {}).length
  const saved = textsIn(config['modules_to_save'])
  const isRankStabilised = config['use_rslora'] === true && rank !== undefined && alpha !== undefined
  return [
    ...(isRankStabilised
      ? [
          `use_rslora: updates are scaled by alpha / √rank, ${Number((alpha / Math.sqrt(rank)).toPrecision(4))}, which lora_config cannot say`,
        ]
      : []),
    ...(ofPatterns > 0 ? [`alpha_pattern gives some modules another alpha than ${alpha ?? 'lora_alpha'}`] : []),
    ...(saved.length > 0
      ? [`beside the adapter, whole modules are trained and stored: ${saved.join(', ')} (modules_to_save)`]
      : []),
    ...SETTINGS.flatMap(([name, what]) => (isSet(config[name]) ? [`${name}: ${what}`] : [])),
  ]
}

/** Settings that change what the adapter does, so that not every engine can serve it. Source: `LoraConfig` of PEFT 0.21. */
const SETTINGS: readonly (readonly [name: string, what: string])[] = [
  ['trainable_token_indices', 'the embeddings of some tokens are trained and stored too'],
  ['alora_invocation_tokens', 'the adapter only acts after these tokens'],
  ['layer_replication', 'layers of the base model are repeated, so the adapted model has more layers than its base'],
]

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)
}

/**
 * Whether a tensor is a weight of the base model that the adapter does not train. PEFT saves embeddings with an adapter that
 * adapts them, or if the vocabulary has another size than the base model's.
 */
function isCopy(name: string, config: ConfigObject): boolean {
  if (name.endsWith('.base_layer.weight')) return true
  const [, module] = /(?:^|\.)(embed_tokens|word_embeddings|wte|lm_head|embed_out|shared)\.weight$/.exec(name) ?? []
  const saved = config['modules_to_save']
  return module !== undefined && !(Array.isArray(saved) && saved.includes(module))
}

function elementsOf(tensors: ReadonlyMap<string, { readonly shape: Shape } | undefined>): number {
  return [...tensors.values()].reduce((sum, tensor) => sum + (tensor ? elementCount(tensor.shape) : 0), 0)
}

/** mlx-lm writes its own kind of `adapter_config.json`: a rank, and a scale that equals alpha / rank. */
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
    ...(tensors && { parameters: elementsOf(tensors) }),
    notes: [
      'this is an mlx-lm adapter, which only mlx-lm loads: `mlx_lm.fuse` merges it into its base model for other engines',
    ],
  }
}

/** AdaLoRA starts with `init_r`, prunes to an average of `target_r`, and ignores `r`. Defaults: PEFT's. */
function rankOf(config: ConfigObject): number | undefined {
  if (textIn(config, 'peft_type') === 'ADALORA') return numberIn(config, 'target_r') ?? ADALORA_TARGET_RANK
  return numberIn(config, 'r')
}

const ADALORA_TARGET_RANK = 8

function adaloraNotes(rank: number, config: ConfigObject): string[] {
  const initial = numberIn(config, 'init_r')
  if (initial === undefined || initial === rank) return []
  return [`rank is the final average ${rank} of AdaLoRA; it starts with ${initial}, which the files may still have`]
}

/** The registry's name for each PEFT adapter type. Source: `PeftType` of PEFT 0.21. */
const FINETUNING_TYPE_OF_PEFT_TYPE: Readonly<Record<string, FinetuningType>> = {
  LORA: 'lora',
  ADALORA: 'adalora',
  PROMPT_TUNING: 'prompt_tuning',
  MULTITASK_PROMPT_TUNING: 'prompt_tuning',
  PREFIX_TUNING: 'prefix_tuning',
  P_TUNING: 'p_tuning',
}

/** Types that add tokens or route between adapters, so that no weights of the base model could hold them. */
const UNMERGED: ReadonlySet<string> = new Set(['ADAPTION_PROMPT', 'CARTRIDGE', 'CPT', 'POLY', 'XLORA'])

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
      `peft_type is ${JSON.stringify(peftType)}, which the registry does not support`,
      {
        place,
        help: `supported types: ${known}. ${UNMERGED.has(peftType) ? 'This type cannot be merged into its base model: serve it with PEFT itself' : 'Merge the adapter into its base model (merge_and_unload of PEFT), and register the result'}`,
      },
    )
  }
  return kind === 'lora' && config['use_dora'] === true ? 'dora' : kind
}

/** The rank of each module: the number of rows of its `lora_A` or `lora_embedding_A`. */
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
  // LoRA on a parameter of stacked experts has r rows for each expert.
  const stacks = Array.isArray(config['target_parameters']) && config['target_parameters'].length > 0
  const isStacked = (stored: number) => stacks && stored > rank && stored % rank === 0
  const others = [...ranks].filter(([, stored]) => stored !== rank && !isStacked(stored))
  const [first] = others
  if (!first) return []
  const [module, stored] = first
  const what = `${others.length} of ${ranks.size} modules have a rank other than ${rank}: ${module} has ${stored}`
  return [mayDiffer ? `${what} (rank_pattern)` : `${what}, but there is no rank_pattern`]
}
