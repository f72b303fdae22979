import { isObject } from '../src/architecture/config-object.js'
import { CheckpointError } from '../src/architecture/index.js'
import {
  type ConfigObject,
  LENGTH_BYTES,
  parseSafetensorsHeader,
  type SafetensorsHeader,
  safetensorsHeaderLength,
} from '../src/checkpoint/index.js'
import { jsonValue, readJson } from '../src/json/index.js'

/** What the user's text is: empty, the config of a model or an adapter, a header, or a manifest. */
export type TextInput =
  | { readonly kind: 'config'; readonly config: ConfigObject }
  | { readonly kind: 'adapter'; readonly config: ConfigObject }
  | { readonly kind: 'header'; readonly header: SafetensorsHeader }
  | { readonly kind: 'manifest' }
  | { readonly kind: 'empty' }

/** The other files that the user picked or dropped. */
export interface Beside {
  /** The names of the files, as shown on the page. */
  readonly names: readonly string[]
  /** Headers of weight files by file name: a file that is dropped again replaces the earlier one. */
  readonly headers: ReadonlyMap<string, SafetensorsHeader>
  readonly tokenizerConfig?: ConfigObject
  readonly generationConfig?: ConfigObject
  readonly chatTemplate?: string
}

/** No files. */
export const NOTHING_BESIDE: Beside = { names: [], headers: new Map() }

/**
 * Detects what a text is: the config of a model or of an adapter, a safetensors header, or else a manifest.
 *
 * @throws CheckpointError for a damaged header
 */
export function inputOfText(text: string): TextInput {
  if (text.trim() === '') return { kind: 'empty' }
  const value = objectOf(text)
  if (value && isHeader(value)) return { kind: 'header', header: headerOfText(text) }
  if (value && isAdapter(value)) return { kind: 'adapter', config: value }
  if (value && isConfig(value)) return { kind: 'config', config: value }
  return { kind: 'manifest' }
}

/**
 * Adds files. Only the header of a weight file is read. A config or a manifest becomes the text.
 *
 * @throws CheckpointError for a file that cannot be read or is damaged
 */
export async function withFiles(
  beside: Beside,
  files: Iterable<File>,
): Promise<{ readonly beside: Beside; readonly text?: string }> {
  let [next, text]: [Beside, string | undefined] = [beside, undefined]
  for (const file of files) {
    const names = [...next.names.filter((name) => name !== file.name), file.name]
    if (file.name.endsWith('.safetensors')) {
      next = { ...next, names, headers: new Map(next.headers).set(file.name, await headerOfFile(file)) }
      continue
    }
    const content = await textOf(file)
    const extra = EXTRAS[file.name]?.(content)
    if (extra) next = { ...next, ...extra, names }
    else text = content
  }
  return text === undefined ? { beside: next } : { beside: next, text }
}

/** Files that add to a config, by their name in a checkpoint. The index adds nothing to the headers. */
const EXTRAS: Readonly<Record<string, (text: string) => Partial<Beside>>> = {
  'tokenizer_config.json': (text) => named('tokenizerConfig', objectOf(text)),
  'generation_config.json': (text) => named('generationConfig', objectOf(text)),
  'chat_template.jinja': (text) => ({ chatTemplate: text }),
  'model.safetensors.index.json': () => ({}),
}

function named(name: keyof Beside, value: ConfigObject | undefined): Partial<Beside> {
  return value ? { [name]: value } : {}
}

/** The size limit for texts: configs and manifests are far smaller. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024

async function textOf(file: File): Promise<string> {
  if (file.size <= MAX_TEXT_BYTES) return file.text()
  throw new CheckpointError(
    'unreadable_file',
    `${file.name} has ${file.size} bytes; at most ${MAX_TEXT_BYTES} are allowed for a text`,
    { place: [file.name], help: 'drop a config.json, a manifest, or a file that ends in .safetensors' },
  )
}

async function headerOfFile(file: File): Promise<SafetensorsHeader> {
  const front = new Uint8Array(await file.slice(0, LENGTH_BYTES).arrayBuffer())
  const end = LENGTH_BYTES + safetensorsHeaderLength(front, { file: file.name })
  const bytes = new Uint8Array(await file.slice(0, end).arrayBuffer())
  return parseSafetensorsHeader(bytes, { file: file.name, fileBytes: file.size })
}

/** A header that was pasted as text, without its eight length bytes. */
function headerOfText(text: string): SafetensorsHeader {
  const json = new TextEncoder().encode(text.trim())
  const bytes = new Uint8Array(LENGTH_BYTES + json.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
  bytes.set(json, LENGTH_BYTES)
  return parseSafetensorsHeader(bytes, { file: 'the text' })
}

function objectOf(text: string): ConfigObject | undefined {
  const read = readJson(text, { constants: true })
  const value = read.ok ? jsonValue(read.root) : undefined
  return isObject(value) ? value : undefined
}

/** PEFT writes the first two, mlx-lm the last. A manifest has none of them. */
const ADAPTER_FIELDS = ['peft_type', 'base_model_name_or_path', 'lora_parameters']

function isAdapter(value: ConfigObject): boolean {
  return ADAPTER_FIELDS.some((name) => Object.hasOwn(value, name))
}

const CONFIG_FIELDS = ['model_type', 'architectures', 'text_config']

function isConfig(value: ConfigObject): boolean {
  return CONFIG_FIELDS.some((name) => Object.hasOwn(value, name))
}

function isHeader(value: ConfigObject): boolean {
  return Object.values(value).some(
    (entry) => isObject(entry) && Object.hasOwn(entry, 'data_offsets') && Object.hasOwn(entry, 'dtype'),
  )
}
