import { leadsToSecret } from '../display/index.js'
import type { MinimumGpusOfSpec } from '../lint/index.js'
import { lintValidated } from '../lint/lint.js'
import { isRecord } from '../lint/schema-walk.js'
import type { ErrorDetail } from '../validation/index.js'
import { visitErrors } from '../validation/visit-errors.js'
import type { AcrossFinding, CheckAcross } from './checked-entity.js'
import type { DiagnosticSeverity } from './diagnostic.js'
import type { Entity } from './document-kind.js'
import { errorHelp } from './error-help.js'
import type { ManifestPolicy } from './policy.js'
import { type Located, locate, type PlainValues, plainValue, type SourceNode, type Span } from './source-node.js'

/** A diagnostic without its document index. */
export interface EntityFinding {
  readonly severity: DiagnosticSeverity
  readonly code: string
  readonly loc: readonly (string | number)[]
  readonly span: Span
  readonly message: string
  readonly help: string
}

/** State shared by the entities of one document. A part that several of them alias is reported once. */
export interface Shared {
  readonly values: PlainValues
  readonly failed: WeakMap<object, Set<unknown>>
  /** The objects already searched for unknown fields, with the definitions used. */
  readonly seen: WeakMap<object, Set<unknown>>
}

/** How an entity is checked. */
export interface EntityCheck {
  readonly policy: ManifestPolicy
  /** The name of an entity that has none. */
  readonly name: string | undefined
  readonly minimumGpus: MinimumGpusOfSpec | undefined
  readonly across: CheckAcross | undefined
}

/** Reports all validation errors and lint findings of one entity, with places. Returns whether the service accepts it. */
export function checkEntity(
  { model, node, loc }: Entity,
  { values, failed, seen }: Shared,
  { policy, name, minimumGpus, across }: EntityCheck,
  tell: (finding: EntityFinding) => void,
): boolean {
  const value = named(plainValue(node, values), name)
  const validated = visitErrors(model, value, (error) => tell(errorFinding(error, node, loc)), failed)
  if (!validated.ok && validated.isTooDeep) {
    const help = 'model entities are never nested this deeply'
    const message = 'Nested too deeply for the service'
    tell({ severity: 'error', code: 'too_deep', loc, span: spanOf({ node }), message, help })
    return false
  }
  const written = (place: readonly (string | number)[]) => {
    const { node: at } = locate(node, place)
    return at.kind === 'scalar' ? at.spelling : undefined
  }
  const options = { written, seen, rules: policy.rules, isOff: (code: string) => policy.severityOf(code) === 'off' }
  for (const finding of lintValidated(model, value, validated, { ...options, ...(minimumGpus && { minimumGpus }) })) {
    tell(findingAt(finding, finding.at, node, loc))
  }
  for (const finding of across?.({ model, value, isValid: validated.ok }) ?? []) {
    tell(findingAt(finding, 'value', node, loc))
  }
  return validated.ok
}

/** The value with a name, if it is an object that has none. */
function named(value: unknown, name: string | undefined): unknown {
  return name !== undefined && isRecord(value) && !Object.hasOwn(value, 'name') ? { name, ...value } : value
}

function findingAt(
  { severity, code, loc, message, help }: AcrossFinding,
  where: 'key' | 'value' | 'holder',
  root: SourceNode,
  above: readonly number[],
): EntityFinding {
  const at = locate(root, where === 'holder' ? loc.slice(0, -1) : loc)
  const span = where === 'holder' ? holderSpan(at) : where === 'key' ? (at.keySpan ?? spanOf(at)) : spanOf(at)
  return { severity, code, loc: [...above, ...loc], span, message, help }
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
    help: !isMissing && leadsToSecret(error.loc) ? 'found a value that is not shown' : errorHelp(error, at.node),
  }
}

/** The place of the value, or of its key if the value is empty. */
function spanOf({ node, keySpan }: Located): Span {
  return node.span ?? keySpan ?? { start: 0, end: 0 }
}

/** For an object with a missing field: its key, the alias it comes from, or the object itself if it has neither. */
function holderSpan(at: Located): Span {
  return at.node.aliased ? spanOf(at) : (at.keySpan ?? spanOf(at))
}
