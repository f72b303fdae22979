import type { SpanEdit } from '../../../manifest/fixes/edits.js'
import { entryOf, type SourceEntry, type SourceMapping, type SourceNode } from '../../../manifest/source-node.js'
import { yamlText } from '../../yaml-text.js'

/** How to bring a spec up to date, and the fields that cannot be written in their place. */
export interface SpecEdits {
  readonly edits: readonly SpanEdit[]
  readonly left: readonly string[]
}

/** The edits that give an entity a spec: missing fields are added at the end, other values are replaced in place. */
export function specEdits(entity: SourceNode, spec: object, text: string): SpecEdits {
  if (entity.kind !== 'mapping') return { edits: [], left: [] }
  const edits: SpanEdit[] = []
  const left: string[] = []
  bring(entity, { spec }, { text, path: '', edits, left })
  return { edits, left }
}

interface Work {
  readonly text: string
  readonly path: string
  readonly edits: SpanEdit[]
  readonly left: string[]
}

/** Brings a mapping to have the wanted fields. */
function bring(mapping: SourceMapping, wanted: object, work: Work): void {
  const missing: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(wanted)) {
    if (value === undefined || value === null) continue
    const entry = entryOf(mapping, key)
    if (entry === undefined) missing[key] = value
    else correct(entry, value, { ...work, path: `${work.path}${key}` })
  }
  if (Object.keys(missing).length === 0) return
  const edit = insertion(mapping, missing, work.text)
  if (edit !== undefined) work.edits.push(edit)
  else work.left.push(...Object.keys(missing).map((key) => `${work.path}${key}`))
}

function correct({ value: node, keySpan }: SourceEntry, wanted: unknown, work: Work): void {
  if (typeof wanted === 'object' && wanted !== null) {
    if (node.kind === 'mapping' && !node.aliased) bring(node, wanted, { ...work, path: `${work.path}.` })
    else if (node.kind === 'scalar' && node.value === null && node.span !== undefined && !node.aliased)
      work.edits.push({ span: node.span, text: JSON.stringify(wanted) })
    else if (
      node.kind === 'scalar' &&
      node.value === null &&
      !node.aliased &&
      /^["']?:/.test(work.text.slice(keySpan.end))
    )
      work.edits.push({ span: { start: keySpan.end + 1, end: keySpan.end + 1 }, text: ` ${JSON.stringify(wanted)}` })
    else work.left.push(work.path)
    return
  }
  if (node.kind !== 'scalar') {
    work.left.push(work.path)
    return
  }
  if (Object.is(node.value, wanted)) return
  const written = node.span && work.text.slice(node.span.start, node.span.end)
  if (node.span === undefined || node.aliased || written === undefined || written.includes('\n'))
    work.left.push(work.path)
  else work.edits.push({ span: node.span, text: scalarText(wanted, written) })
}

/** A scalar, without quotes if the old one had none and the new one needs none. */
function scalarText(value: unknown, written: string): string {
  const isPlain = typeof value === 'string' && /^[A-Za-z]/.test(written) && PLAIN.test(value) && !RESERVED.test(value)
  return isPlain ? value : JSON.stringify(value)
}

const PLAIN = /^[A-Za-z][\w./-]*$/
const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n)$/i

/** Adds fields behind the last one of a mapping. */
function insertion(mapping: SourceMapping, fields: object, text: string): SpanEdit | undefined {
  const { span } = mapping
  if (span === undefined || mapping.aliased) return undefined
  const last = mapping.entries.filter(({ keySpan }) => keySpan.start >= span.start && keySpan.end <= span.end).at(-1)
  const isFlow = text[span.start] === '{'
  if (last === undefined) {
    if (!isFlow) return undefined
    const inside = JSON.stringify(fields).slice(1, -1)
    return { span: { start: span.start + 1, end: span.start + 1 }, text: inside }
  }
  const end = Math.max(last.keySpan.end, last.value.span?.end ?? 0)
  const line = text.lastIndexOf('\n', last.keySpan.start - 1) + 1
  const before = text.slice(line, last.keySpan.start)
  if (isFlow) return { span: { start: end, end }, text: flowFields(fields, before) }
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n'
  const indent = ' '.repeat(before.length)
  const lines = yamlText(fields)
    .trimEnd()
    .split('\n')
    .map((one) => (one === '' ? '' : indent + one))
  const newline = text.indexOf('\n', end)
  const at = newline < 0 ? text.length : newline + 1
  const block = lines.join(lineEnd)
  return { span: { start: at, end: at }, text: newline < 0 ? lineEnd + block : block + lineEnd }
}

/** Fields behind others: on lines of their own if the last one is. */
function flowFields(fields: object, before: string): string {
  const isOwnLine = before.trim() === '' && before !== ''
  const indent = isOwnLine ? before : ''
  return Object.entries(fields)
    .map(([key, value]) => {
      const json = isOwnLine ? JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`) : JSON.stringify(value)
      return `,${isOwnLine ? `\n${indent}` : ' '}${JSON.stringify(key)}: ${json}`
    })
    .join('')
}
