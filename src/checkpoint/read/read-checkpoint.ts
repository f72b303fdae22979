import {
  type Architecture,
  architectureFromConfig,
  CheckpointError,
  type ConfigObject,
  type Part,
} from '../../architecture/index.js'
import { checkOptions, func, nested, type OptionTable, optionsIn, text } from '../../options/index.js'
import type { ModelSpec } from '../../schemas/index.js'
import { architectureFromSafetensors, type CheckpointArchitecture } from '../architecture-from-safetensors.js'
import { type CheckpointComparison, compareParameters } from '../compare-checkpoint.js'
import { ggufBytes } from '../gguf-storage.js'
import {
  type MinimumGpusEstimate,
  modelSpecFromArchitecture,
  SPEC_EXTRAS,
  type SpecExtras,
} from '../model-spec-from-config.js'
import { ADAPTER_IDENTITY, type AdapterIdentity, adapterFromPeft, type PeftAdapter } from '../peft-adapter.js'
import { QUANTISATION_FILES } from '../quantisation/quantisation.js'
import { quantisationOf } from '../quantisation/quantisation-of-config.js'
import { type QuantisationSummary, quantisationSummary } from '../quantisation/quantisation-summary.js'
import { modelSpecFromGguf } from '../spec-from-gguf.js'
import { specFromHeaders } from '../spec-from-headers.js'
import { type CheckpointFiles, type ReadProgress, readCheckpointFiles } from './checkpoint-files.js'
import type { FileSource } from './file-source.js'
import { HUB_OPTIONS, type HubOptions } from './hub/hub-settings.js'
import { metaConversion } from './pickle/conversion.js'
import { nameOf, shortName, sourceOf } from './source-of.js'

/** Options for reading a checkpoint. The hub options only apply to names such as `hf:org/name` or `hf:org/name@v1.0`. */
export interface ReadCheckpointOptions extends HubOptions {
  /** `checkpoint_model_name` of the spec. Default: `org/name` on the hub, or the folder's name. */
  readonly name?: string
  /** Which copy of the weights to read, if there are several: `fp16` for `model.fp16.safetensors`. */
  readonly variant?: string
  /** The identity of an adapter. Default: the folder's or repository's name, in the workspace `default`. */
  readonly adapter?: AdapterIdentity
  /** Is called while the headers of weight files are read. */
  readonly onProgress?: (progress: ReadProgress) => void
  /** Fills in the minimum number of GPUs: `minimumGpus` of `model-entity/estimate`. Default: the two fields are left out. */
  readonly minimumGpus?: MinimumGpusEstimate
}

/** The allowed options of `readCheckpoint`. */
export const READ_CHECKPOINT_OPTIONS: OptionTable<ReadCheckpointOptions> = {
  ...HUB_OPTIONS,
  name: text,
  variant: text,
  adapter: nested(ADAPTER_IDENTITY),
  onProgress: func(),
  minimumGpus: func(),
}

/** Everything that is derived from a checkpoint's files. */
export interface Checkpoint {
  /** The spec of a model; absent for an adapter, and if config and headers are not enough for one. */
  readonly spec?: ModelSpec
  /** The known fields of the spec, if required ones cannot be derived: for safetensors files without a config. */
  readonly partialSpec?: Partial<ModelSpec>
  /** The module tree that the config describes. */
  readonly architecture?: Architecture
  /** The module tree that the safetensors headers describe. */
  readonly stored?: CheckpointArchitecture
  /** The differences between config and headers; absent unless the checkpoint has both. */
  readonly comparison?: CheckpointComparison
  /** How most quantised weights are stored; absent for a model in full precision. */
  readonly quantisation?: QuantisationSummary
  /** Bytes of all weights of a GGUF file, each in its own type; absent for other files, and for types that are not known. */
  readonly ggufBytes?: number
  /** Parameters of a GGUF file by part of the model; absent for other files, whose module trees tell. */
  readonly ggufParts?: Partial<Record<Part, number>>
  /** A PEFT adapter. */
  readonly adapter?: PeftAdapter
  /** The content of `config.json`. */
  readonly config?: ConfigObject
  readonly notes: readonly string[]
}

/**
 * Reads a checkpoint: a folder, a file, a repository on the hub (`hf:org/name`), or files in a browser. Only the headers of
 * weight files are read, so 200 GB of shards take no longer than their first bytes.
 *
 * @param from - the path of a folder or a file, `hf:org/name`, a `FileList` or `File[]`, blobs by name, or your own source
 * @throws CheckpointError with a code, a place and usually a suggestion
 * @throws TypeError for an unknown option, or a wrong value
 * @example
 * ```ts
 * const { spec, notes } = await readCheckpoint('hf:Qwen/Qwen3-8B')
 * ```
 */
export async function readCheckpoint(
  from: string | Iterable<File> | ReadonlyMap<string, Blob> | FileSource,
  options: ReadCheckpointOptions = {},
): Promise<Checkpoint> {
  checkOptions(options, READ_CHECKPOINT_OPTIONS)
  const source = await sourceOf(from, options)
  const checkpoint = await checkpointOf(source, options)
  return source.notes ? { ...checkpoint, notes: [...source.notes, ...checkpoint.notes] } : checkpoint
}

/** Like {@link readCheckpoint}, for a source that you have already. */
export async function checkpointOf(source: FileSource, options: ReadCheckpointOptions): Promise<Checkpoint> {
  const files = await readCheckpointFiles(source, options)
  if (files.adapterConfig) return adapterCheckpoint(files, files.adapterConfig, source, options)
  const headers = [...files.headers.values()]
  const stored =
    headers.length > 0 ? architectureFromSafetensors(headers, optionsIn(files, QUANTISATION_FILES)) : undefined
  const extras = { ...optionsIn(files, SPEC_EXTRAS), name: options.name ?? nameOf(source) }
  if (!files.config)
    return stored ? headersAlone(files, stored, extras, []) : await ggufCheckpoint(source, files, options.name)
  const architecture = architectureOrNot(files.config, stored)
  if (!architecture.is) return headersAlone(files, architecture.stored, extras, architecture.notes)
  const { spec, notes } = modelSpecFromArchitecture(architecture.is, files.config, {
    ...extras,
    ...(stored && { storage: stored.storage }),
    ...(options.minimumGpus && { minimumGpus: options.minimumGpus }),
  })
  const comparison = stored && compareParameters(architecture.is, stored.storage)
  return {
    spec,
    architecture: architecture.is,
    ...(stored && { stored }),
    ...(comparison && { comparison }),
    ...quantised(files, stored),
    config: files.config,
    notes: [...files.notes, ...ggufNotes(files), ...notes, ...(comparison?.notes ?? [])],
  }
}

/** A model that only its files describe: there is no config, or its family is unknown. */
function headersAlone(
  files: CheckpointFiles,
  stored: CheckpointArchitecture,
  extras: SpecExtras,
  notes: readonly string[],
): Checkpoint {
  const { notes: specNotes, ...derived } = specFromHeaders(stored, files.config, extras)
  return {
    ...derived,
    stored,
    ...quantised(files, stored),
    ...(files.config && { config: files.config }),
    notes: [...files.notes, ...notes, ...stored.notes, ...specNotes],
  }
}

function quantised(
  files: CheckpointFiles,
  stored: CheckpointArchitecture | undefined,
): { readonly quantisation?: QuantisationSummary } {
  const summary = quantisationSummary(stored?.storage, quantisationOf(optionsIn(files, QUANTISATION_FILES)))
  return summary ? { quantisation: summary } : {}
}

async function ggufCheckpoint(
  source: FileSource,
  files: CheckpointFiles,
  name: string | undefined,
): Promise<Checkpoint> {
  if (files.ggufFiles.length === 0) {
    const help = metaConversion(await source.list())
    throw new CheckpointError('no_checkpoint', `${source.name} has no config.json and no safetensors or GGUF files`, {
      place: [source.name],
      ...(help !== undefined && { help }),
    })
  }
  const { readGgufModel } = await import('./gguf-files.js')
  const model = await readGgufModel(source, files.ggufFiles)
  const { spec, quantisation, parts, notes } = modelSpecFromGguf(model.header)
  const weights = ggufBytes(model.header.tensorInfos)
  const { checkpoint_model_name: own } = spec
  // Converters write a clean name into the file, but some write the path of the author's folder.
  const isOwnNameUsed = source.isFile === true && !/[/\\]|^\.*$/.test(own)
  const checkpoint_model_name = name ?? (isOwnNameUsed ? own : nameOf(source))
  return {
    spec: { ...spec, checkpoint_model_name },
    ...(quantisation && { quantisation }),
    ggufParts: parts,
    ...(weights !== undefined && { ggufBytes: weights }),
    notes: [...notes, ...model.notes],
  }
}

/** A repository of GGUF files may contain the config of the model that they were made from. */
function ggufNotes({ ggufFiles, headers }: CheckpointFiles): string[] {
  if (ggufFiles.length === 0 || headers.size > 0) return []
  const files = ggufFiles.length === 1 ? '1 GGUF file was' : `${ggufFiles.length} GGUF files were`
  return [`the spec is from config.json; ${files} not read: to read one, pass its path`]
}

/** With headers, an unknown family is not an error: totals and linear layers come from the headers. */
function architectureOrNot(
  config: ConfigObject,
  stored: CheckpointArchitecture | undefined,
): { is: Architecture } | { is?: never; stored: CheckpointArchitecture; notes: string[] } {
  try {
    return { is: architectureFromConfig(config) }
  } catch (error) {
    if (!(error instanceof CheckpointError) || !UNDESCRIBED.has(error.code) || !stored) throw error
    const note = `${error.message}: totals and linear layers are those of the files, sizes those that the config states`
    return { stored, notes: [note] }
  }
}

/** The errors for a family without a description. A config without a `model_type` is none of a known family. */
const UNDESCRIBED: ReadonlySet<string> = new Set(['unsupported_architecture', 'missing_field'])

function adapterCheckpoint(
  files: CheckpointFiles,
  config: ConfigObject,
  source: FileSource,
  options: ReadCheckpointOptions,
): Checkpoint {
  const headers = [...files.headers.values()]
  const tensors = headers.length > 0 ? new Map(headers.flatMap((header) => [...header.tensors])) : undefined
  const name = shortName(source)
  const identity = options.adapter ?? { name, workspace: 'default', fileset: `default/${name}` }
  const adapter = adapterFromPeft(config, identity, tensors)
  return { adapter, notes: [...files.notes, ...adapter.notes] }
}
