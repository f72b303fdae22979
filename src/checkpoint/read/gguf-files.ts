/** Which GGUF files of a folder are the model: llama.cpp splits large ones into parts, and keeps projectors beside the model. */
import { CheckpointError } from '../../architecture/index.js'
import type { GgufHeader } from '../spec-from-gguf.js'
import type { FileSource } from './file-source.js'
import { readGguf } from './read-gguf.js'

/** A model in GGUF: its header, all parts together, and what there is to say about the files. */
export interface GgufModel {
  readonly header: GgufHeader
  readonly notes: readonly string[]
}

/**
 * Reads the headers of a model in GGUF files. Of several models in one folder the first is read, and a note says so.
 *
 * @param files - the GGUF files of the checkpoint
 * @throws CheckpointError for a part that is missing, and where there is a projector and no model
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
        ? [`of ${models.length} GGUF files ${names.join(', ')} was read; name another to read it`]
        : []),
      ...(projectors.length > 0
        ? [`${projectors.join(', ')} projects images or audio into the model; its parameters are not counted`]
        : []),
    ],
  }
}

/** llama.cpp names projectors so, whatever they project. */
function isProjectorName(file: string): boolean {
  return /(?:^|[/_.-])mmproj(?:[/_.-]|$)/i.test(file)
}

/** `model-00002-of-00003.gguf` is one of three parts, whose names differ in the number alone. Source: `llama_split_path`. */
function partsOf(file: string): { names: readonly string[] } | undefined {
  const match = /^(.*-)\d{5}-of-(\d{5})\.gguf$/.exec(file)
  const [, prefix, total] = match ?? []
  if (prefix === undefined || total === undefined || Number(total) > MAX_PARTS) return undefined
  const number = (index: number) => String(index + 1).padStart(5, '0')
  return { names: Array.from({ length: Number(total) }, (_, index) => `${prefix}${number(index)}-of-${total}.gguf`) }
}

/** A thousand parts of 50 GB: more is no model's. */
const MAX_PARTS = 1000

/** The names of all parts of the model that a file is one of: the file alone where it is no part. */
export function siblingParts(file: string): readonly string[] {
  return partsOf(file)?.names ?? [file]
}

/** The first part has the metadata of the model, every part its own tensors. */
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
      `${names[0]} counts ${wanted} tensors in all parts; they hold ${tensorInfos.length}`,
      {
        place: [names[0] ?? ''],
        help: 'the parts are of different models, or one is damaged: download them again',
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
    help: 'put all parts into one folder, under the names that llama-gguf-split gave them',
  })
}

function onlyProjector(file: string): CheckpointError {
  return new CheckpointError(
    'no_checkpoint',
    `${file} is a projector (mmproj), which belongs beside a model and is none`,
    {
      place: [file],
      help: 'name the GGUF file of the language model',
    },
  )
}
