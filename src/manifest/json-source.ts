import { type JsonNode, readJson } from '../json/index.js'
import { longInteger, type ReadDocument, unreadable } from './file-error.js'
import { LazyDocument } from './lazy-document.js'
import { quickJson } from './quick-json.js'
import type { SourceNode } from './source-node.js'
import { otherReading } from './yaml-1-1/other-reading.js'

/**
 * Reads strict JSON. Syntax errors have the messages of Python's decoder.
 *
 * @param base - the offset of the text in its file
 */
export function readJsonDocument(text: string, base = 0): ReadDocument {
  if (/^[ \t\r\n]*$/.test(text)) return { kind: 'empty' }
  const quick = quickJson(text)
  if (quick !== undefined) return new LazyDocument(quick, () => ({ root: rootOf(text, base) }))
  return readSlowly(text, base)
}

/** Reads the places of a text that the runtime has read. */
function rootOf(text: string, base: number): SourceNode {
  const read = readJson(text)
  if (!read.ok) throw new Error('the runtime has read a text that is not JSON')
  return sourceOf(read.root, base)
}

/** Reads JSON with its places. */
export function readSlowly(text: string, base = 0): ReadDocument {
  const read = readJson(text)
  if (read.ok) return { kind: 'value', root: sourceOf(read.root, base) }
  const { code, message, offset } = read.error
  if (code === 'int_too_long') {
    const [digits = ''] = /^-?[0-9]+/.exec(text.slice(offset)) ?? []
    return longInteger('json_invalid', { start: base + offset, end: base + offset + digits.length })
  }
  const span = { start: base + offset, end: base + Math.min(offset + 1, text.length) }
  if (code === 'too_deep') return unreadable('too_deep', span, message, 'model entities are never nested this deeply')
  return unreadable('json_invalid', span, message, HELP_OF_MESSAGE[message] ?? 'correct the syntax of the file')
}

/** Each line is a document. A file without lines is one empty document. */
export function* readJsonLines(text: string): Generator<ReadDocument> {
  if (text === '') yield { kind: 'empty' }
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    yield readJsonDocument(text.slice(start, end), start)
    start = end + 1
  }
}

const HELP_OF_MESSAGE: Readonly<Record<string, string>> = {
  'Expecting property name enclosed in double quotes':
    'keys need double quotes, and no comma may follow the last entry',
  "Expecting ',' delimiter": 'a comma or the closing bracket is missing before this place',
  "Expecting ':' delimiter": 'put a colon between a key and its value',
  'Expecting value': 'write a value here: null, true, false, a number, a string in double quotes, [ or {',
  'Extra data': 'a JSON file contains one value; for several, use a .jsonl file with one value per line',
}

/** Recursion is safe: the reader limits the depth to 1,000. */
function sourceOf(node: JsonNode, base: number): SourceNode {
  const span = { start: base + node.start, end: base + node.end }
  switch (node.kind) {
    case 'object': {
      const entries = node.entries.map(({ key, keyStart, keyEnd, value }) => ({
        key,
        keySpan: { start: base + keyStart, end: base + keyEnd },
        value: sourceOf(value, base),
      }))
      return { kind: 'mapping', span, entries }
    }
    case 'array':
      return { kind: 'sequence', span, items: node.items.map((item) => sourceOf(item, base)) }
    case 'number': {
      // JSON is YAML to the platform's command, which reads YAML 1.1.
      const other = otherReading(node.text, node.value, undefined)
      return {
        kind: 'scalar',
        span,
        value: node.value,
        spelling: node.text,
        ...(other && { other, written: node.text }),
      }
    }
    case 'null':
      return { kind: 'scalar', span, value: null }
    default:
      return { kind: 'scalar', span, value: node.value }
  }
}
