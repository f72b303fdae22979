/** Finds the GGUF files of a model: llama.cpp splits large models into parts, and stores projectors next to the model. */
import { CheckpointError } from '../../architecture/index.js'
import type { GgufHeader } from '../spec-from-gguf.js'
import type { FileSource } from './file-source.js'
import { readGguf } from './read-gguf.js'

/** A GGUF model: the joined header of all its parts, and notes on the files. */
export interface GgufModel {
  readonly header: GgufHeader
  readonly notes: readonly string[]
}

/**
 * Reads the headers of a GGUF model. If a folder has several models, the first one is read and a note says so.
 *
 * @param files - the GGUF files of the checkpoint
 * @throws CheckpointError if a part is missing, or if there is only a projector
 */
export async function readGgufModel(source: FileSource, files: readonly string[]): Promise<GgufModel> {
  const models = files.filter((file) => !isProjectorName(file))
  const [first] = models
  if (first === undefined) throw onlyProjector(files[0] ?? source.name)
  const parts = partsOf(first)
  const names = parts?.names ?? [first]
  const missing = names.filter((name) => !files.includes(name))
  if (missing.length > 0) throw missingParts(missing, names.length)
  const headers: GgufHeader[] = []
  for (const name of names) headers.push(await readGguf(source, name))
  const header = joined(headers, names)
  if (header.metadata['general.type'] === 'mmproj' || header.metadata['general.architecture'] === 'clip')
    throw onlyProjector(first)
  const others = models.filter((file) => !names.includes(file))
  const projectors = files.filter(isProjectorName)
  return {
    header,
    notes: [
      ...(others.length > 0
        ? [`only ${names.join(', ')} of ${models.length} GGUF files was read; to read another, pass its path`]
        : []),
      ...(projectors.length > 0
        ? [`${projectors.join(', ')} projects images or audio into the model: its parameters are not counted`]
        : []),
    ],
  }
}

/** llama.cpp uses this name for all projectors. */
function isProjectorName(file: string): boolean {
  return /(?:^|[/_.-])mmproj(?:[/_.-]|$)/i.test(file)
}

/** `model-00002-of-00003.gguf` is one of three parts; their names differ only in the number. Source: `llama_split_path`. */
function partsOf(file: string): { names: readonly string[] } | undefined {
  const [, prefix, total] = /^(.*-)\d{5}-of-(\d{5})\.gguf$/.exec(file) ?? []
  if (total === undefined || Number(total) > MAX_PARTS) return undefined
  const number = (index: number) => String(index + 1).padStart(5, '0')
  return { names: Array.from({ length: Number(total) }, (_, index) => `${prefix}${number(index)}-of-${total}.gguf`) }
}

/** More parts than any real model has: a thousand parts of 50 GB are 50 TB. */
const MAX_PARTS = 1000

/** The names of all parts of the model that a file belongs to. A file that is not a part is returned alone. */
export function siblingParts(file: string): readonly string[] {
  return partsOf(file)?.names ?? [file]
}

/** Joins the headers of all parts: the first part has the model's metadata, and each part has its own tensors. */
function joined(headers: readonly GgufHeader[], names: readonly string[]): GgufHeader {
  const [first] = headers
  const tensorInfos = headers.flatMap((header) => header.tensorInfos)
  const metadata = first?.metadata ?? {}
  const parts = Number(metadata['split.count'] ?? headers.length)
  if (parts !== headers.length && parts > 1)
    throw missingParts([`${parts - headers.length} files of which ${names[0]} is one`], parts)
  const wanted = Number(metadata['split.tensors.count'] ?? tensorInfos.length)
  if (wanted !== tensorInfos.length) {
    throw new CheckpointError(
      'invalid_header',
      `${names[0]} declares ${wanted} tensors in all parts, but they hold ${tensorInfos.length}`,
      {
        place: [names[0] ?? ''],
        help: 'the parts belong to different models, or one is damaged: download them again',
      },
    )
  }
  return { metadata, tensorInfos }
}

function missingParts(missing: readonly string[], parts: number): CheckpointError {
  const [first = ''] = missing
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : ''
  return new CheckpointError('unreadable_file', `a part of the model is missing: ${first}${more} (of ${parts} parts)`, {
    place: [first],
    help: 'put all parts in one folder, with the names that llama-gguf-split gave them',
  })
}

function onlyProjector(file: string): CheckpointError {
  return new CheckpointError('no_checkpoint', `${file} is a projector (mmproj), not a model`, {
    place: [file],
    help: 'pass the GGUF file of the language model',
  })
}
