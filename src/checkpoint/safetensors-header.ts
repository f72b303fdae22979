import { CheckpointError, type Shape } from '../architecture/index.js'
import { checkOptions, integer, type OptionTable, text } from '../options/index.js'
import { DTYPE_BITS, type Dtype, isDtype } from './dtype.js'
import { invalid, safetensorsJson } from './safetensors-json.js'

/** The entry of one tensor in a safetensors header. */
export interface StoredTensor {
  readonly dtype: Dtype
  readonly shape: Shape
  /** The range of its bytes, counted from the end of the header; the end is exclusive. */
  readonly offsets: readonly [start: number, end: number]
}

/** The header of one safetensors file: everything but the weights. */
export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** The texts under `__metadata__`: `format`, and anything else that the writer added. */
  readonly metadata: ReadonlyMap<string, string>
  /** Bytes before the first tensor: the eight bytes of the length field, and the header itself. */
  readonly dataStart: number
}

/** Options for parsing a header. */
export interface SafetensorsHeaderOptions {
  /** The size of the whole file in bytes. If given, the tensors must fill the file to its last byte. */
  readonly fileBytes?: number
  /** The name of the file in error messages. Default: `the file`. */
  readonly file?: string
}

/** The allowed options of `parseSafetensorsHeader`. */
export const SAFETENSORS_HEADER_OPTIONS: OptionTable<SafetensorsHeaderOptions> = { fileBytes: integer(0), file: text }

/** The longest header that is read, in bytes: the limit of the safetensors library itself. */
export const MAX_HEADER_BYTES = 100_000_000

/** The size in bytes of the field at the start of a file that gives the length of the header. */
export const LENGTH_BYTES = 8

/**
 * Reads the length of the header in bytes from the first eight bytes of a file. The eight bytes do not count.
 *
 * @throws CheckpointError `truncated_file` for fewer than eight bytes, `header_too_large` above {@link MAX_HEADER_BYTES}
 */
export function safetensorsHeaderLength(start: Uint8Array, options: SafetensorsHeaderOptions = {}): number {
  checkOptions(options, SAFETENSORS_HEADER_OPTIONS)
  const { file = 'the file' } = options
  if (start.length < LENGTH_BYTES) {
    throw new CheckpointError(
      'truncated_file',
      `${file} has ${start.length} bytes; a safetensors file has at least 8`,
      { place: [file] },
    )
  }
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true)
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw new CheckpointError(
      'header_too_large',
      `${file} declares a header of ${length} bytes; at most ${MAX_HEADER_BYTES} are allowed`,
      { place: [file], help: 'the file is damaged, or not a safetensors file' },
    )
  }
  return Number(length)
}

/**
 * Reads the header of a safetensors file. It checks the header as strictly as the safetensors library does: the dtypes, that
 * shapes match byte ranges, and that tensors follow each other without a gap or an overlap.
 *
 * @param bytes - the start of the file with the whole header; weights after it are ignored
 * @throws CheckpointError with a code and the tensor that is wrong
 * @example
 * ```ts
 * const { tensors } = parseSafetensorsHeader(bytes)
 * tensors.get('lm_head.weight') // { dtype: 'BF16', shape: [32000, 4096], offsets: [0, 262144000] }
 * ```
 */
export function parseSafetensorsHeader(bytes: Uint8Array, options: SafetensorsHeaderOptions = {}): SafetensorsHeader {
  const { file = 'the file', fileBytes } = options
  const length = safetensorsHeaderLength(bytes, options)
  const dataStart = LENGTH_BYTES + length
  if (bytes.length < dataStart || (fileBytes !== undefined && fileBytes < dataStart)) {
    const there = Math.min(bytes.length, fileBytes ?? bytes.length)
    throw new CheckpointError('truncated_file', `${file} ends after ${there} bytes, within its header of ${length}`, {
      place: [file],
    })
  }
  const entries = headerEntries(bytes.subarray(LENGTH_BYTES, dataStart), file)
  const tensors = new Map<string, StoredTensor>()
  let metadata: ReadonlyMap<string, string> = new Map()
  for (const [name, value] of entries) {
    if (name === '__metadata__') metadata = metadataTexts(value, file)
    else tensors.set(name, storedTensor(value, name, file))
  }
  checkLayout(tensors, file, fileBytes === undefined ? undefined : fileBytes - dataStart)
  return { tensors, metadata, dataStart }
}

function headerEntries(bytes: Uint8Array, file: string): [string, unknown][] {
  if (bytes[0] !== '{'.charCodeAt(0)) throw invalid(file, [], 'does not start with "{"')
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw invalid(file, [], 'is not UTF-8')
  }
  return Object.entries(objectAt(safetensorsJson(text, file), file, []))
}

/** The texts of the metadata. Anything else in it has been refused while the JSON was read. */
function metadataTexts(value: unknown, file: string): ReadonlyMap<string, string> {
  const entries = value === null ? [] : Object.entries(objectAt(value, file, ['__metadata__']))
  return new Map(entries.flatMap(([key, text]) => (typeof text === 'string' ? [[key, text] as const] : [])))
}

function storedTensor(value: unknown, name: string, file: string): StoredTensor {
  const object = objectAt(value, file, [name])
  const [dtype, shape, offsets] = ['dtype', 'shape', 'data_offsets'].map((field) => {
    if (!Object.hasOwn(object, field)) throw invalid(file, [name], `has no ${field}`)
    return object[field]
  })
  if (!isDtype(dtype)) {
    const found = typeof dtype === 'string' ? `is ${JSON.stringify(dtype)}, which is not` : 'is not'
    throw invalid(file, [name, 'dtype'], `${found} a safetensors dtype`)
  }
  if (!isSizeList(shape)) throw invalid(file, [name, 'shape'], 'is not a list of sizes')
  let isTooLarge = false
  // The library multiplies in 64 bits, so it refuses sizes that overflow, even if a later size is zero.
  const elements = shape.reduce((product: bigint, size) => {
    const next = product * BigInt(size)
    isTooLarge ||= next >= 2n ** 64n
    return next
  }, 1n)
  const bits = elements * BigInt(DTYPE_BITS[dtype])
  if (isTooLarge || bits > BigInt(Number.MAX_SAFE_INTEGER) * 8n) {
    throw new CheckpointError(
      'tensor_too_large',
      `${file}: ${name} has the shape [${shape.join(', ')}], which is too large to store`,
      { place: [file, name, 'shape'] },
    )
  }
  if (!isCountList(offsets) || offsets.length !== 2)
    throw invalid(file, [name, 'data_offsets'], 'is not a list of start and end')
  const [start = 0, end = 0] = offsets
  if (bits % 8n !== 0n) throw invalid(file, [name, 'shape'], `needs ${bits} bits, which is not a whole number of bytes`)
  if (end - start !== Number(bits / 8n)) {
    throw invalid(
      file,
      [name, 'data_offsets'],
      `spans ${end - start} bytes, but ${dtype} [${shape.join(', ')}] needs ${bits / 8n}`,
    )
  }
  return { dtype, shape: shape.map(Number), offsets: [start, end] }
}

/** Each tensor must start where the previous one ends. The first starts at 0, and the last ends at the end of the file. */
function checkLayout(tensors: ReadonlyMap<string, StoredTensor>, file: string, dataBytes: number | undefined): void {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.offsets[0] - b.offsets[0] || a.offsets[1] - b.offsets[1])
  let expected = 0
  for (const [name, { offsets }] of inOrder) {
    const [start, end] = offsets
    if (start < expected) {
      throw new CheckpointError(
        'overlapping_tensors',
        `${file}: ${name} starts at byte ${start}, inside the previous tensor, which ends at ${expected}`,
        { place: [file, name, 'data_offsets'] },
      )
    }
    if (start > expected)
      throw invalid(file, [name, 'data_offsets'], `starts at byte ${start}, which leaves a gap after byte ${expected}`)
    expected = end
  }
  if (dataBytes === undefined || dataBytes === expected) return
  if (dataBytes < expected) {
    throw new CheckpointError(
      'truncated_file',
      `${file} holds ${dataBytes} bytes of weights, but its header describes ${expected}`,
      { place: [file], help: 'the upload or download was interrupted: transfer the file again' },
    )
  }
  throw invalid(file, [], `describes ${expected} bytes of weights, but the file holds ${dataBytes}`)
}

function objectAt(value: unknown, file: string, place: readonly string[]): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw invalid(file, place, 'is not an object')
  return value
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCountList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)
}

/** Sizes may exceed 2^53 here: the check of their product reports them. */
function isSizeList(value: unknown): value is readonly (number | bigint)[] {
  return Array.isArray(value) && value.every((size) => typeof size === 'bigint' || Number.isInteger(size))
}
