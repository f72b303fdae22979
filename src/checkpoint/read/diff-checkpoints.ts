import { isObject } from '../../architecture/config-object.js'
import { checkOptions } from '../../options/index.js'
import { type CheckpointDifferences, type ComparedCheckpoint, differencesOf } from './differences.js'
import type { FileSource } from './file-source.js'
import { readJsonFile } from './json-file.js'
import { checkpointOf, READ_CHECKPOINT_OPTIONS, type ReadCheckpointOptions } from './read-checkpoint.js'
import { sourceOf } from './source-of.js'

/**
 * Compares two checkpoints, such as a base and its fine-tune: fields of config and spec, names, shapes and formats of tensors, the
 * chat template and the tokenizer.
 *
 * @param before - a path, `hf:org/name`, files or a source, as for `readCheckpoint`
 * @param after - the one that is compared with it
 * @throws CheckpointError if one of them cannot be read
 * @throws TypeError for an unknown option, or a wrong value
 * @example
 * ```ts
 * const { same, config } = await diffCheckpoints('hf:Qwen/Qwen3-8B', './fine-tuned')
 * ```
 */
export async function diffCheckpoints(
  before: Parameters<typeof sourceOf>[0],
  after: Parameters<typeof sourceOf>[0],
  options: ReadCheckpointOptions = {},
): Promise<CheckpointDifferences> {
  checkOptions(options, READ_CHECKPOINT_OPTIONS)
  const sources = [await sourceOf(before, options), await sourceOf(after, options)] as const
  const isRemote = sources.some((source) => source.isRemote === true)
  const [old, now] = [await comparedOf(sources[0], isRemote, options), await comparedOf(sources[1], isRemote, options)]
  const differences = differencesOf(old, now)
  const notes = sources.flatMap((source) => source.notes ?? [])
  return { ...differences, notes: [...notes, ...differences.notes, ...(isRemote ? [BY_SIZE] : [])] }
}

const BY_SIZE = 'the files of the tokenizers are compared by size: on the hub, they would have to be downloaded'

async function comparedOf(
  source: FileSource,
  bySize: boolean,
  options: ReadCheckpointOptions,
): Promise<ComparedCheckpoint> {
  const checkpoint = await checkpointOf(source, options)
  const files = await source.list()
  const config = files.includes(TOKENIZER_CONFIG) ? await readJsonFile(source, TOKENIZER_CONFIG) : undefined
  const tokenizerFiles = new Map<string, string>()
  for (const file of files.filter((name) => TOKENIZER_FILES.includes(name)))
    tokenizerFiles.set(file, await fingerprint(source, file, bySize))
  return { checkpoint, ...(isObject(config) && { tokenizerConfig: config }), tokenizerFiles }
}

const TOKENIZER_CONFIG = 'tokenizer_config.json'

const TOKENIZER_FILES = [
  ...['tokenizer.json', 'tokenizer.model', 'spiece.model', 'vocab.json', 'vocab.txt', 'merges.txt', 'tekken.json'],
  ...['added_tokens.json', 'special_tokens_map.json', 'tiktoken.model'],
]

/** Larger files than any tokenizer are compared by size. */
const MAX_COMPARED_BYTES = 64 * 1024 * 1024

async function fingerprint(source: FileSource, file: string, bySize: boolean): Promise<string> {
  const size = await source.size(file)
  if (bySize || size > MAX_COMPARED_BYTES) return `${size} bytes`
  const bytes = await source.read(file, 0, size)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.slice()))
  const hex = [...digest.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${size} bytes, SHA-256 ${hex}…`
}
