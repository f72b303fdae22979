import { CheckpointError } from '../architecture/index.js'
import { type JsonNode, type JsonObject, jsonValue, readJson } from '../json/index.js'

/**
 * Reads the JSON of a safetensors header like the library does (serde_json). `1.0`, `1e0` and `-0` are not integers, and
 * integers must fit 64 bits. A duplicate field is refused; of tensors with the same name, the last one counts. A text with
 * a lone surrogate is refused.
 *
 * @returns the value; a number that is not a size is `NaN`, and one beyond 2^53 - 1 is a `bigint`
 * @throws CheckpointError `invalid_header`
 */
export function safetensorsJson(text: string, file: string): unknown {
  const read = readJson(text, { maxDepth: MAX_DEPTH })
  if (!read.ok) throw invalid(file, [], `is not JSON: ${read.error.message} at character ${read.error.position}`)
  checkLeaves(read.root, file)
  if (read.root.kind === 'object') checkFields(read.root, file)
  return jsonValue(read.root, ({ text: written, value }) => (isSize(written) ? value : Number.NaN))
}

/** The error for an invalid header, with its place. */
export function invalid(file: string, place: readonly string[], what: string): CheckpointError {
  const subject = place.length === 0 ? 'the header' : place.join('.')
  return new CheckpointError('invalid_header', `${file}: ${subject} ${what}`, { place: [file, ...place] })
}

/** The recursion limit of serde_json. */
const MAX_DEPTH = 127

function isSize(written: string): boolean {
  return /^[0-9]+$/.test(written) && (written.length < 16 || BigInt(written) < 2n ** 64n)
}

/** Refuses texts and numbers that serde_json cannot represent, at any depth. */
function checkLeaves(root: JsonNode, file: string): void {
  const pending = [{ node: root, place: [] as readonly string[] }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, place } = next
    if (node.kind === 'string' && !node.value.isWellFormed()) throw invalid(file, place, LONE_SURROGATE)
    if (node.kind === 'number' && !Number.isFinite(Number(node.text))) {
      throw invalid(file, place, 'is a number beyond the range of 64-bit floats')
    }
    if (node.kind === 'array') for (const item of node.items) pending.push({ node: item, place })
    if (node.kind !== 'object') continue
    for (const { key, value } of node.entries) {
      if (!key.isWellFormed()) throw invalid(file, [...place, key.toWellFormed()], LONE_SURROGATE)
      pending.push({ node: value, place: [...place, key] })
    }
  }
}

const LONE_SURROGATE = 'has a lone surrogate, which is not valid Unicode'

/** Refuses a second `__metadata__`, a value in it that is not a text, and a duplicate field of a tensor. */
function checkFields(root: JsonObject, file: string): void {
  const metadata = root.entries.filter(({ key }) => key === '__metadata__')
  if (metadata.length > 1) throw invalid(file, ['__metadata__'], 'appears twice')
  for (const { key, value } of root.entries) {
    if (value.kind !== 'object') continue
    if (key === '__metadata__') {
      const wrong = value.entries.find((entry) => entry.value.kind !== 'string')
      if (wrong !== undefined) throw invalid(file, [key, wrong.key], 'is not a text')
      continue
    }
    for (const field of FIELDS) {
      const found = value.entries.filter((entry) => entry.key === field)
      if (found.length > 1) throw invalid(file, [key, field], 'appears twice')
    }
  }
}

const FIELDS = ['dtype', 'shape', 'data_offsets']
