import type { SchemaName } from '../schemas/index.js'
import { checkAcross, checkEntity, type EntityCheck, type EntityFinding } from './check-entity.js'
import { entitiesOf, plainEntitiesOf } from './document-kind.js'
import { duplicateKeys } from './duplicate-keys.js'
import { isFaultless } from './faultless.js'
import type { FileError, ReadDocument } from './file-error.js'
import type { FileFindings } from './file-findings.js'
import type { ManifestPolicy } from './policy.js'
import type { QuickValue } from './quick-json.js'
import { contentsOf, locate } from './source-node.js'
import { SpanSet } from './span-set.js'

/** How a document is checked. */
interface DocumentCheck extends Partial<Omit<EntityCheck, 'policy' | 'hasOtherReadings' | 'isForJson' | 'isForFixes'>> {
  readonly model?: SchemaName
  readonly policy: ManifestPolicy
  readonly findings: FileFindings
  readonly target?: 'nemo-cli'
  readonly isForFixes?: boolean
}

/** Checks one document: what keeps it from being read, or its entities. */
export function checkDocument(document: ReadDocument, index: number, check: DocumentCheck): void {
  const { model, findings, policy, name, minimumGpus, across, target, isForFixes = false } = check
  if (document.kind === 'empty') return
  if (document.kind === 'errors') {
    refuse(document.errors, index, findings)
    return
  }
  const { quick } = document
  if (quick !== undefined && checkQuickly(document, quick, index, check)) return
  const duplicates = quick === undefined ? duplicateKeys(document.root) : []
  if (duplicates.length > 0) {
    refuse(duplicates, index, findings)
    return
  }
  const tell = (finding: EntityFinding) => {
    // The command refuses an unknown field at the top, which is reported as that.
    const isRefused = target !== undefined && finding.code === 'unknown-field' && finding.loc.length === 1
    if (!isRefused) findings.add({ document: index, ...finding })
  }
  const tellOnce = document.isShared ? once(tell) : tell
  const shared = {
    ...{ values: new Map(), failed: new WeakMap(), seen: new WeakMap(), explained: new Set<number>() },
    aliased: new SpanSet(document.aliased ?? []),
    quick,
  }
  const hasOtherReadings = document.hasOtherReadings === true || target !== undefined
  const options = { policy, name, minimumGpus, across, hasOtherReadings, isForJson: target !== undefined, isForFixes }
  const checked = new Set<unknown>()
  for (const entity of entitiesOf(document.root, model)) {
    const contents = contentsOf(entity.node)
    // An aliased entity has the same kind every time: the kind depends on its fields.
    if (contents !== undefined && checked.has(contents)) continue
    checked.add(contents)
    const isAccepted = checkEntity(entity, shared, options, tellOnce)
    if (!isAccepted) findings.addRefused(entity.node.span ?? { start: 0, end: 0 })
  }
}

function refuse(errors: readonly FileError[], index: number, findings: FileFindings): void {
  for (const fileError of errors) findings.add({ document: index, severity: 'error', loc: [], ...fileError })
  const [first] = errors
  if (first !== undefined) findings.addRefused(first.span)
}

/** Checks a document without its places. Returns whether that was enough: there is nothing to report but across files. */
function checkQuickly(
  document: Extract<ReadDocument, { readonly kind: 'value' }>,
  { value }: QuickValue,
  index: number,
  { model, findings, policy, name, minimumGpus, across, target }: DocumentCheck,
): boolean {
  if (target !== undefined) return false
  const entities = plainEntitiesOf(value, model)
  if (!entities.every((entity) => isFaultless(entity, { policy, name, minimumGpus }))) return false
  for (const entity of entities) {
    const nodeAt = () => locate(document.root, entity.loc).node
    checkAcross(entity, { name, across }, nodeAt, {
      isCounted: ({ code, severity }) => findings.countBeyond(code, severity),
      tell: (finding) => findings.add({ document: index, ...finding }),
    })
  }
  return true
}

/** An aliased value appears in several places but is written once, so it is reported once. */
function once(tell: (finding: EntityFinding) => void): (finding: EntityFinding) => void {
  const told = new Set<string>()
  return (finding) => {
    const { span, code, loc, message } = finding
    const key = `${span.start} ${span.end} ${code} ${String(loc.at(-1)).slice(0, 100)} ${message.slice(0, 200)}`
    if (told.has(key)) return
    told.add(key)
    tell(finding)
  }
}
