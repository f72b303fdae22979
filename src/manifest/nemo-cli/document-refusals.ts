/** What the command refuses about the value of a document. */

import { nearest, quoted } from '../../lint/text.js'
import { parseModelNameSegment } from '../../references/index.js'
import { CreateModelEntityRequest } from '../../schemas/index.js'
import type { ReadDocument } from '../file-error.js'
import {
  contentsOf,
  entryOf,
  type SourceMapping,
  type SourceNode,
  type SourceScalar,
  type Span,
} from '../source-node.js'
import { keyText } from '../yaml-1-1/other-key.js'
import { readScalar11 } from '../yaml-1-1/read-scalar.js'
import type { TellRefusal } from './refusal.js'

/** What the command takes: the fields of the request, and two of its own. */
const FIELDS: readonly string[] = Object.keys(CreateModelEntityRequest.properties)
const OWN: ReadonlySet<string> = new Set(['workspace', 'exist_ok'])

/** Tells why the command refuses a document: one mapping of the fields of a request is what it takes. */
export function documentRefusals(document: ReadDocument, index: number, tell: TellRefusal): void {
  if (index > 0) {
    if (document.kind === 'value') {
      tell({
        span: startOf(document.root),
        message: 'The command reads one document only',
        help: 'write one file for each',
      })
    }
    return
  }
  if (document.kind === 'empty') {
    tell({
      span: { start: 0, end: 0 },
      message: 'The command does not take an empty file',
      help: 'write the fields of a model',
    })
  }
  if (document.kind !== 'value') return
  const { root } = document
  if (root.kind !== 'mapping') {
    tell({ span: startOf(root), message: 'The command takes one mapping only', help: 'write one file for each model' })
    return
  }
  for (const { key, keySpan } of root.entries) {
    if (FIELDS.includes(key) || OWN.has(key)) continue
    const near = nearest(key, FIELDS)
    const help = near === undefined ? 'remove it' : `did you mean "${near}"?`
    tell({
      span: keySpan,
      loc: [key],
      message: `The command refuses the field ${quoted(key)}: a request does not have it`,
      help,
    })
  }
  unknownProject(root, tell)
  refusedValues(root, tell)
}

/** The service asks for an existing project, and refuses to create one with any other name. */
function unknownProject(root: SourceMapping, tell: TellRefusal): void {
  const { value, keySpan } = entryOf(root, 'project') ?? {}
  if (value?.kind !== 'scalar' || typeof value.value !== 'string' || value.value === '') return
  const result = parseModelNameSegment(value.value)
  if (result.ok) return
  tell({
    span: value.span ?? keySpan ?? startOf(root),
    loc: ['project'],
    warning: 'invalid-reference',
    message: `${quoted(value.value)} cannot be a project, so the service refuses the model: ${result.error.message}`,
    help: 'use 2 to 63 of a-z 0-9 - @ . + _, starting with a letter, no "--" and no "-" at the end',
  })
}

function startOf({ span = { start: 0, end: 0 } }: SourceNode): Span {
  return { start: span.start, end: span.start + 1 }
}

interface Visit {
  readonly node: SourceNode
  readonly keySpan: Span
  readonly loc: readonly (string | number)[]
}

/** The deepest nesting that Python's recursion certainly allows below the command. */
const MAX_DEPTH = 200

function refusedValues(root: SourceNode, tell: TellRefusal): void {
  const visited = new Set<unknown>()
  const pending: Visit[] = [{ node: root, keySpan: startOf(root), loc: [] }]
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const { node, keySpan, loc } = visit
    if (node.kind === 'scalar') {
      refusedScalar(visit, node, tell)
      continue
    }
    const contents = contentsOf(node)
    if (visited.has(contents)) continue
    visited.add(contents)
    if (loc.length === MAX_DEPTH) {
      const help = 'model entities are never nested this deeply'
      tell({ span: node.span ?? keySpan, message: `The command may not read more than ${MAX_DEPTH} levels`, help })
      continue
    }
    if (node.kind === 'sequence') {
      for (const [index, item] of node.items.entries()) pending.push({ node: item, keySpan, loc: [...loc, index] })
      continue
    }
    for (const { key, value, keySpan: span, keyOther } of node.entries) {
      const at = [...loc, key]
      if (keyOther !== undefined && keyText(keyOther) === undefined) {
        tell({ span, loc: at, message: 'The command cannot send this key: YAML 1.1 reads a date', help: 'quote it' })
      }
      pending.push({ node: value, keySpan: span, loc: at })
    }
  }
}

function refusedScalar({ keySpan, loc }: Visit, node: SourceScalar, tell: TellRefusal): void {
  const span = node.span ?? keySpan
  const read = node.other ?? (node.spelling === undefined ? undefined : readScalar11(node.spelling))
  if (read === undefined) return
  if (read.kind === 'date' || read.kind === 'datetime') {
    tell({ span, loc, message: `The command cannot send a ${read.kind}, which YAML 1.1 reads here`, help: 'quote it' })
  } else if (read.kind === 'error') {
    tell({ span, loc, message: `The command cannot read this value: ${read.why}`, help: 'quote it' })
  } else if (read.kind === 'float' && !Number.isFinite(read.value)) {
    tell({
      span,
      loc,
      message: 'The command cannot send a number that is not finite',
      help: 'write a finite number, or null',
    })
  }
}
