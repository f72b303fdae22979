import { isObject } from '../../architecture/config-object.js'
import { CheckpointError, type ConfigObject } from '../../architecture/index.js'
import { jsonValue, readJson } from '../../json/index.js'
import {
  LENGTH_BYTES,
  parseSafetensorsHeader,
  type SafetensorsHeader,
  safetensorsHeaderLength,
} from '../safetensors-header.js'
import type { FileSource } from './file-source.js'

/** The parts of a checkpoint that are read: its small files, and the headers of its weight files. */
export interface CheckpointFiles {
  readonly config?: ConfigObject
  readonly tokenizerConfig?: ConfigObject
  readonly generationConfig?: ConfigObject
  readonly chatTemplate?: string
  /** `chat_template.json`, which processors write. */
  readonly chatTemplateJson?: ConfigObject
  /** The files of `additional_chat_templates`, by name without the extension. */
  readonly namedChatTemplates?: ReadonlyMap<string, string>
  /** sentence-transformers' `modules.json`. */
  readonly sentenceTransformersModules?: unknown
  readonly hasPoolingConfig: boolean
  /** ModelOpt's `hf_quant_config.json`. */
  readonly hfQuantConfig?: ConfigObject
  /** `quantize_config.json` of AutoGPTQ, or `quant_config.json` of AutoAWQ. */
  readonly quantizeConfig?: ConfigObject
  /** quanto's `quanto_qmap.json`. */
  readonly quantoMap?: ConfigObject
  /** PEFT's `adapter_config.json`. */
  readonly adapterConfig?: ConfigObject
  /** The header of each safetensors file, by file name. */
  readonly headers: ReadonlyMap<string, SafetensorsHeader>
  /** The names of the GGUF files. Their headers are read later, if they are needed. */
  readonly ggufFiles: readonly string[]
  readonly notes: readonly string[]
}

/** How far the headers of weight files are read. */
export interface ReadProgress {
  /** How many files have been read. */
  readonly read: number
  /** How many there are. */
  readonly files: number
}

/** What to read, and whom to tell. */
export interface ReadFilesOptions {
  /** Which copy of the weights to read, such as `fp16` for `model.fp16.safetensors`. */
  readonly variant?: string
  readonly onProgress?: (progress: ReadProgress) => void
}

/** The size limit for small files, in bytes. The index of a model with 100,000 tensors is a tenth of it. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024

/** Reading headers is mostly waiting, so a few are read at the same time. */
const HEADERS_AT_ONCE = 8

/**
 * Reads the files that a spec is derived from, and only the headers of weight files.
 *
 * @throws CheckpointError with the file that cannot be read
 */
export async function readCheckpointFiles(
  source: FileSource,
  { variant, onProgress }: ReadFilesOptions = {},
): Promise<CheckpointFiles> {
  const files = await source.list()
  const present = new Set(files)

  async function object(file: string): Promise<ConfigObject | undefined> {
    if (!present.has(file)) return undefined
    const value = await readJsonFile(source, file)
    if (isObject(value)) return value
    throw new CheckpointError('invalid_json', `${file} is not a JSON object`, { place: [file] })
  }

  const [config, tokenizerConfig, generationConfig, adapterConfig, hfQuantConfig, gptqConfig, awqConfig, quantoMap] =
    await Promise.all(
      [
        ...['config.json', 'tokenizer_config.json', 'generation_config.json', 'adapter_config.json'],
        ...['hf_quant_config.json', 'quantize_config.json', 'quant_config.json', 'quanto_qmap.json'],
      ].map(object),
    )
  const quantizeConfig = gptqConfig ?? awqConfig
  const chatTemplate = present.has('chat_template.jinja') ? await readText(source, 'chat_template.jinja') : undefined
  const chatTemplateJson = await object('chat_template.json')
  const namedTemplates = await Promise.all(
    files.flatMap((file) => {
      const name = /^additional_chat_templates\/([^/]+)\.jinja$/.exec(file)?.[1]
      return name === undefined ? [] : [readText(source, file).then((text) => [name, text] as const)]
    }),
  )
  const modules = present.has('modules.json') ? await readJsonFile(source, 'modules.json') : undefined
  const { names, notes } = await weightFiles(source, files, present, variant)
  return {
    ...(config && { config }),
    ...(tokenizerConfig && { tokenizerConfig }),
    ...(generationConfig && { generationConfig }),
    ...(adapterConfig && { adapterConfig }),
    ...(hfQuantConfig && { hfQuantConfig }),
    ...(quantizeConfig && { quantizeConfig }),
    ...(quantoMap && { quantoMap }),
    ...(chatTemplate !== undefined && { chatTemplate }),
    ...(chatTemplateJson && { chatTemplateJson }),
    ...(namedTemplates.length > 0 && { namedChatTemplates: new Map(namedTemplates) }),
    ...(modules !== undefined && { sentenceTransformersModules: modules }),
    hasPoolingConfig: files.some((file) => /^[^/]*_Pooling\/config\.json$/.test(file)),
    headers: await readHeaders(source, names, onProgress),
    ggufFiles: files.filter((file) => file.endsWith('.gguf')),
    notes,
  }
}

/** Reads a small JSON file. `Infinity` and `NaN`, which Python writes into configs, are accepted as numbers. */
async function readJsonFile(source: FileSource, file: string): Promise<unknown> {
  const read = readJson(await readText(source, file), { constants: true })
  if (read.ok) return jsonValue(read.root)
  throw new CheckpointError('invalid_json', `${file}: ${read.error.message} (character ${read.error.position})`, {
    place: [file, read.error.position],
  })
}

async function readText(source: FileSource, file: string): Promise<string> {
  const size = await source.size(file)
  if (size > MAX_TEXT_BYTES) {
    throw new CheckpointError('unreadable_file', `${file} has ${size} bytes; at most ${MAX_TEXT_BYTES} are allowed`, {
      place: [file],
    })
  }
  const bytes = await source.read(file, 0, size)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new CheckpointError('invalid_json', `${file} is not UTF-8`, { place: [file] })
  }
}

const INDEX = 'model.safetensors.index.json'

/**
 * Chooses the safetensors files of the model like transformers: `model.safetensors`, else the files that the index lists.
 * With a variant: `model.fp16.safetensors`, or its index. If there is neither, all files at the top of the folder are
 * shards without an index. Source: `_get_resolved_checkpoint_files` of transformers.
 */
async function weightFiles(
  source: FileSource,
  files: readonly string[],
  present: ReadonlySet<string>,
  variant: string | undefined,
): Promise<{ names: readonly string[]; notes: readonly string[] }> {
  const all = files.filter((file) => file.endsWith('.safetensors') && !file.includes('/'))
  const names = await chosenFiles(source, all, present, variant)
  const chosen = new Set(names)
  const others = all.filter((file) => !chosen.has(file))
  const notes = others.length > 0 ? [`not read: ${listed(others)}; transformers does not load them`] : []
  const pickles = files.filter((file) =>
    /^(?:pytorch_model|consolidated|adapter_model)[\w.-]*\.(?:bin|pth|pt)$/.test(file),
  )
  if (pickles.length > 0 && names.length === 0) notes.push(`not read: ${listed(pickles)}; ${PICKLE}`)
  return { names, notes }
}

const PICKLE =
  "a pickle can run code, so only safetensors and GGUF files are read. To convert it: python -c \"from transformers import AutoModel; AutoModel.from_pretrained('.').save_pretrained('.')\""

async function chosenFiles(
  source: FileSource,
  all: readonly string[],
  present: ReadonlySet<string>,
  variant: string | undefined,
): Promise<readonly string[]> {
  const single = variant === undefined ? 'model.safetensors' : `model.${variant}.safetensors`
  const index = variant === undefined ? INDEX : `model.safetensors.index.${variant}.json`
  if (present.has(single)) return [single]
  if (present.has(index)) return indexedFiles(source, present, index)
  if (variant !== undefined) {
    throw new CheckpointError('unreadable_file', `the weights have no variant ${JSON.stringify(variant)}`, {
      place: [single],
      help: `neither ${single} nor ${index} exists`,
    })
  }
  // Some repositories hold the same weights twice, for two loaders.
  const own = all.filter((file) => !file.startsWith('consolidated'))
  return own.length > 0 ? own : all
}

function listed(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more files`
}

async function indexedFiles(
  source: FileSource,
  present: ReadonlySet<string>,
  indexName: string,
): Promise<readonly string[]> {
  const index = await readJsonFile(source, indexName)
  const map = isObject(index) ? index['weight_map'] : undefined
  if (!isObject(map))
    throw new CheckpointError('invalid_json', `${indexName} has no weight_map`, { place: [indexName] })
  const names = new Set<string>()
  for (const [tensor, file] of Object.entries(map)) {
    if (typeof file !== 'string' || /^(?:[/\\]|[a-zA-Z]:)|(?:^|[/\\])\.\.(?:[/\\]|$)|\0/.test(file)) {
      throw new CheckpointError(
        'path_outside_checkpoint',
        `${indexName} maps ${tensor} to ${JSON.stringify(file)}, which is not in its folder`,
        {
          place: [indexName, 'weight_map', tensor],
          help: 'an index may only name files in its own folder',
        },
      )
    }
    names.add(file)
  }
  for (const name of names) {
    if (!present.has(name)) {
      throw new CheckpointError('unreadable_file', `${indexName} names ${name}, which does not exist`, {
        place: [indexName, 'weight_map'],
        help: 'the upload or download was interrupted: transfer the file',
      })
    }
  }
  return [...names].sort()
}

async function readHeaders(
  source: FileSource,
  names: readonly string[],
  onProgress: ReadFilesOptions['onProgress'],
): Promise<ReadonlyMap<string, SafetensorsHeader>> {
  const headers = new Map<string, SafetensorsHeader>()
  let read = 0
  for (let at = 0; at < names.length; at += HEADERS_AT_ONCE) {
    const some = names.slice(at, at + HEADERS_AT_ONCE)
    const found = await Promise.all(
      some.map(async (file) => {
        const header = await readHeader(source, file)
        read += 1
        onProgress?.({ read, files: names.length })
        return header
      }),
    )
    for (const [index, header] of found.entries()) headers.set(some[index] ?? '', header)
  }
  return headers
}

/** The size of the first read. It contains most headers; a longer header needs a second read. */
const FIRST_READ_BYTES = 256 * 1024

async function readHeader(source: FileSource, file: string): Promise<SafetensorsHeader> {
  const fileBytes = await source.size(file)
  const first = await source.read(file, 0, Math.min(fileBytes, FIRST_READ_BYTES))
  const end = LENGTH_BYTES + safetensorsHeaderLength(first, { file })
  const bytes = end <= first.length ? first : await source.read(file, 0, Math.min(fileBytes, end))
  return parseSafetensorsHeader(bytes, { file, fileBytes })
}
