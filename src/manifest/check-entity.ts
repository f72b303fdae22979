import { leadsToSecret } from '../display/index.js'
import type { Correction } from '../lint/finding.js'
import { lintValidated } from '../lint/lint.js'
import { rulesToAsk } from '../lint/quick-lint.js'
import { coercedValue, coercionsBesideErrors } from '../lint/rules/coerced-value.js'
import { parseModelRef } from '../references/index.js'
import { fastPathOfName } from '../validation/fast-path/fast-path.js'
import type { ErrorDetail } from '../validation/index.js'
import { visitErrors } from '../validation/visit-errors.js'
import type { AcrossFinding, CheckAcross } from './checked-entity.js'
import type { DiagnosticSeverity } from './diagnostic.js'
import type { Entity, PlainEntity } from './document-kind.js'
import { errorHelp, misspeltKeys } from './error-help.js'
import { named, type OwnCheck } from './faultless.js'
import type { RelatedSpan } from './findings.js'
import type { Correctable } from './fixes/correctable.js'
import type { QuickValue } from './quick-json.js'
import {
  type Located,
  locate,
  type PlainValues,
  plainValue,
  type SourceNode,
  type Span,
  spellingOf,
} from './source-node.js'
import type { SpanSet } from './span-set.js'
import { yaml11Findings } from './yaml-1-1/findings.js'

/** A diagnostic without its document index. */
export interface EntityFinding {
  readonly severity: DiagnosticSeverity
  readonly code: string
  readonly loc: readonly (string | number)[]
  readonly span: Span
  readonly message: string
  readonly help: string
  readonly related?: readonly RelatedSpan[]
  readonly correctable?: Correctable
}

/** State shared by the entities of one document. A part that several of them alias is reported once. */
export interface Shared {
  readonly values: PlainValues
  readonly failed: WeakMap<object, Set<unknown>>
  /** The objects already searched for unknown fields, with the definitions used. */
  readonly seen: WeakMap<object, Set<unknown>>
  /** What several places share. It is not corrected: one place may need what another does not. */
  readonly aliased: SpanSet
  /** Where the misspelt keys start that a missing field already explains. */
  readonly explained: Set<number>
  /** The value of the document, if it was read without its places. */
  readonly quick: QuickValue | undefined
}

/** How an entity is checked. */
export interface EntityCheck extends OwnCheck {
  readonly across: CheckAcross | undefined
  /** Whether YAML 1.1 reads a plain scalar of the document otherwise. */
  readonly hasOtherReadings: boolean
  /** Whether the document is sent as JSON by a reader of YAML 1.1. */
  readonly isForJson: boolean
  /** Whether to find what can be corrected in a document with errors, beyond what is reported of it. */
  readonly isForFixes: boolean
}

/** Reports all validation errors and lint findings of one entity, with places. Returns whether the service accepts it. */
export function checkEntity(
  { model, node, loc }: Entity,
  shared: Shared,
  { policy, name, minimumGpus, across, hasOtherReadings, isForJson, isForFixes }: EntityCheck,
  tell: (finding: EntityFinding) => void,
): boolean {
  const { values, failed, seen, quick } = shared
  const value = named(quick === undefined ? plainValue(node, values) : entityIn(quick, loc), name)
  const validated = visitErrors(model, value, (error) => tell(errorFinding(error, node, loc, shared)), failed)
  if (!validated.ok && validated.isTooDeep) {
    const help = 'model entities are never nested this deeply'
    const message = 'Nested too deeply for the service'
    tell({ severity: 'error', code: 'too_deep', loc, span: spanOf({ node }), message, help })
    return false
  }
  const written = (place: readonly (string | number)[]) => spellingOf(locate(node, place).node)
  const isOff = (code: string) => policy.severityOf(code) === 'off'
  // The value of a document that was read quickly tells all that rules ask about.
  const isAsked =
    quick !== undefined && fastPathOfName(model)?.accepts(value) === true ? rulesToAsk(model, value) : undefined
  const options = { written, seen, rules: policy.rules, isOff, isAsked }
  for (const finding of lintValidated(model, value, validated, { ...options, ...(minimumGpus && { minimumGpus }) })) {
    // The place of a missing field is that of the object that lacks it.
    const at = locate(node, finding.loc)
    const found = findingAt(finding, finding.at, at, loc)
    if (finding.code === 'unknown-field' && shared.explained.has(found.span.start)) continue
    const correctable = correctableAt(at, finding, shared.aliased)
    tell(correctable ? { ...found, correctable } : found)
  }
  if (isForFixes && !validated.ok && !options.isOff(coercedValue.code)) {
    for (const { node: _, ...hit } of coercionsBesideErrors({ model, written: value, spelling: written })) {
      const at = locate(node, hit.loc)
      const correctable = correctableAt(at, hit, shared.aliased)
      const { code, severity } = coercedValue
      if (correctable) tell({ ...findingAt({ code, severity, ...hit }, 'value', at, loc), correctable })
    }
  }
  if (hasOtherReadings && validated.ok) {
    for (const finding of yaml11Findings(node, model, isForJson)) {
      tell(findingAt(finding, finding.at, locate(node, finding.loc), loc))
    }
  }
  for (const finding of across?.({ model, value, isValid: validated.ok }) ?? []) {
    tell(findingAt(finding, 'value', locate(node, finding.loc), loc))
  }
  return validated.ok
}

function entityIn({ value }: QuickValue, [index]: readonly number[]): unknown {
  return index !== undefined && Array.isArray(value) ? value[index] : value
}

/** Who hears what the rules across files find. */
interface AcrossListener {
  /** Whether it is enough to count a finding, which is done then: its place takes time. */
  isCounted(finding: AcrossFinding): boolean
  tell(finding: EntityFinding): void
}

/** Asks the rules across files about a faultless entity. */
export function checkAcross(
  { model, value, loc }: PlainEntity,
  { name, across }: Pick<EntityCheck, 'name' | 'across'>,
  nodeAt: () => SourceNode,
  { isCounted, tell }: AcrossListener,
): void {
  for (const finding of across?.({ model, value: named(value, name), isValid: true }) ?? []) {
    if (isCounted(finding)) continue
    tell(findingAt(finding, 'value', locate(nodeAt(), finding.loc), loc))
  }
}

function findingAt(
  { severity, code, loc, message, help }: AcrossFinding,
  where: 'key' | 'value' | 'holder',
  at: Located,
  above: readonly number[],
): EntityFinding {
  const span = where === 'holder' ? holderSpan(at) : where === 'key' ? (at.keySpan ?? spanOf(at)) : spanOf(at)
  return { severity, code, loc: [...above, ...loc], span, message, help }
}

function errorFinding(
  error: ErrorDetail,
  root: SourceNode,
  loc: readonly number[],
  { aliased, explained }: Shared,
): EntityFinding {
  const place = [...loc, ...error.loc]
  if (error.type === 'missing') {
    const at = locate(root, error.loc.slice(0, -1))
    return {
      ...{ severity: 'error', code: error.type, loc: place, span: holderSpan(at), message: error.msg },
      help: errorHelp(error, at.node),
      ...misspelling(String(error.loc.at(-1)), at.node, aliased, explained),
    }
  }
  const at = locate(root, error.loc)
  const correctable = correctableAt(at, correctionOf(error), aliased)
  return {
    ...{ severity: 'error', code: error.type, loc: place, span: spanOf(at), message: error.msg },
    help: leadsToSecret(error.loc) ? 'found a value that is not shown' : errorHelp(error, at.node),
    ...(correctable && { correctable }),
  }
}

/** The misspelt key of a missing field. It is told with the field, and not again as an unknown one. */
function misspelling(
  field: string,
  holder: SourceNode,
  aliased: SpanSet,
  explained: Set<number>,
): Pick<EntityFinding, 'related' | 'correctable'> {
  const [entry, rival] = misspeltKeys(field, holder)
  if (entry === undefined || explained.has(entry.keySpan.start)) return {}
  explained.add(entry.keySpan.start)
  const { key: from, keySpan: span } = entry
  const isClear = rival === undefined && !aliased.contains(span)
  return {
    related: [{ span, message: 'found here' }],
    ...(isClear && { correctable: { kind: 'key', span, from, to: field } }),
  }
}

/** A reference with blanks around it is refused, and right without them. */
function correctionOf({ type, loc, input }: ErrorDetail): { readonly correction?: Correction } {
  if (type !== 'value_error' || loc.at(-1) !== 'model' || typeof input !== 'string') return {}
  const trimmed = input.trim()
  return trimmed !== input && parseModelRef(trimmed).ok ? { correction: { value: trimmed } } : {}
}

/** Where a correction is to be written. Undefined if there is none, or if what is written there stands elsewhere too. */
function correctableAt(
  at: Located,
  { correction, loc = [] }: { readonly correction?: Correction; readonly loc?: readonly (string | number)[] },
  aliased: SpanSet,
): Correctable | undefined {
  if (correction === undefined) return undefined
  if ('key' in correction) {
    if (at.keySpan === undefined || aliased.contains(at.keySpan)) return undefined
    return { kind: 'key', span: at.keySpan, from: String(loc.at(-1)), to: correction.key }
  }
  const { node } = at
  if (node.kind !== 'scalar' || node.span === undefined || node.aliased || aliased.contains(node.span)) return undefined
  return { kind: 'value', span: node.span, to: correction.value }
}

/** The place of the value, or of its key if the value is empty. */
function spanOf({ node, keySpan }: Located): Span {
  return node.span ?? keySpan ?? { start: 0, end: 0 }
}

/** For an object with a missing field: its key, the alias it comes from, or the object itself if it has neither. */
function holderSpan(at: Located): Span {
  return at.node.aliased ? spanOf(at) : (at.keySpan ?? spanOf(at))
}
