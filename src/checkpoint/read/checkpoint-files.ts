import { isObject } from '../../architecture/config-object.js'
import { CheckpointError, type ConfigObject } from '../../architecture/index.js'
import {
  LENGTH_BYTES,
  parseSafetensorsHeader,
  type SafetensorsHeader,
  safetensorsHeaderLength,
} from '../safetensors-header.js'
import type { FileSource } from './file-source.js'
import { readJsonFile, readText } from './json-file.js'
import { weightFiles } from './weight-files.js'

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
  const { safetensors, torch, notes } = await weightFiles(source, files, {
    variant,
    isAdapter: adapterConfig !== undefined,
  })
  const pickled = await readTorchHeaders(source, torch, config !== undefined)
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
    headers: new Map([...(await readHeaders(source, safetensors, onProgress)), ...pickled.headers]),
    ggufFiles: files.filter((file) => file.endsWith('.gguf')),
    notes: [...notes, ...pickled.notes],
  }
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

/** Reads the names and shapes of tensors in files of torch. The code for it is only loaded for such files. */
async function readTorchHeaders(
  source: FileSource,
  names: readonly string[],
  hasConfig: boolean,
): Promise<{ headers: ReadonlyMap<string, SafetensorsHeader>; notes: readonly string[] }> {
  const headers = new Map<string, SafetensorsHeader>()
  if (names.length === 0) return { headers, notes: [] }
  const { readTorchFile } = await import('./pickle/torch-file.js')
  const tied: string[] = []
  try {
    for (const name of names) {
      const { tensors, shared } = await readTorchFile(source, name)
      headers.set(name, { tensors, metadata: new Map(), dataStart: 0 })
      tied.push(...shared)
    }
  } catch (error) {
    // The config alone describes the model, so the weights are not needed.
    if (!hasConfig || !(error instanceof CheckpointError)) throw error
    return { headers: new Map(), notes: [`not read: ${error.message}; ${error.help ?? ''}`] }
  }
  const sharing = tied.length > 0 ? [`${tied.slice(0, 3).join(', ')}: stored as other names for the same data`] : []
  return {
    headers,
    notes: ['names and shapes are from pickle files, which were read without executing them', ...sharing],
  }
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
