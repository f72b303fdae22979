import type { SchemaName } from '../schemas/index.js'
import type { DiagnosticSeverity } from './diagnostic.js'

/** An entity of a manifest, as a check across files sees it. */
export interface CheckedEntity {
  readonly model: SchemaName
  /** The value as written, with the name that the caller fills in. */
  readonly value: unknown
  /** Whether the service accepts it. */
  readonly isValid: boolean
}

/** What a check across files finds at an entity. */
export interface AcrossFinding {
  readonly code: string
  readonly severity: DiagnosticSeverity
  /** The path inside the entity. */
  readonly loc: readonly (string | number)[]
  readonly message: string
  readonly help: string
}

/** Looks at every entity of every file, in order. */
export type CheckAcross = (entity: CheckedEntity) => Iterable<AcrossFinding>
