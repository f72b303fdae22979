import { type LintOptions, lint } from '../lint/index.js'
import { type ErrorDetail, validate } from '../validation/index.js'
import type { DiagnosticSeverity } from './diagnostic.js'
import type { Entity } from './document-kind.js'
import { errorHelp } from './error-help.js'
import { type Located, locate, plainValue, type SourceNode, type Span } from './source-node.js'

/** A diagnostic that does not know its file yet. */
export interface EntityFinding {
  readonly severity: DiagnosticSeverity
  readonly code: string
  readonly loc: readonly (string | number)[]
  readonly span: Span
  readonly message: string
  readonly help: string
}

/** Everything that the validator and the linter have to say about one entity, with places. */
export function checkEntity({ model, node, loc }: Entity, options: Omit<LintOptions, 'written'>): EntityFinding[] {
  const value = plainValue(node)
  const validated = validate(model, value, { loc: [] })
  if (!validated.ok && validated.status === 400) {
    const message = 'Nested deeper than the service reads'
    return [
      {
        severity: 'error',
        code: 'too_deep',
        loc,
        span: spanOf({ node }),
        message,
        help: 'no model entity is nested so deeply',
      },
    ]
  }
  const errors = validated.ok ? [] : validated.detail.map((error) => errorFinding(error, node, loc))
  const written = (place: readonly (string | number)[]) => {
    const { node: at } = locate(node, place)
    return at.kind === 'scalar' ? at.spelling : undefined
  }
  const findings = lint(model, value, { ...options, written }).map((finding): EntityFinding => {
    const at = locate(node, finding.loc)
    const { severity, code, message, help } = finding
    const span = finding.at === 'key' ? (at.keySpan ?? spanOf(at)) : spanOf(at)
    return { severity, code, loc: [...loc, ...finding.loc], span, message, help }
  })
  return [...errors, ...findings]
}

function errorFinding(error: ErrorDetail, root: SourceNode, loc: readonly number[]): EntityFinding {
  const isMissing = error.type === 'missing'
  const at = locate(root, isMissing ? error.loc.slice(0, -1) : error.loc)
  return {
    severity: 'error',
    code: error.type,
    loc: [...loc, ...error.loc],
    span: isMissing ? holderSpan(at) : spanOf(at),
    message: error.msg,
    help: errorHelp(error, at.node),
  }
}

/** The value, or the key of one that is not written. */
function spanOf({ node, keySpan }: Located): Span {
  return node.span ?? keySpan ?? { start: 0, end: 0 }
}

/** The key of an object that lacks a field, the alias that gives it, or where it has neither the object itself. */
function holderSpan(at: Located): Span {
  return at.node.aliased ? spanOf(at) : (at.keySpan ?? spanOf(at))
}
