import type { MinimumGpusOfSpec } from '../lint/index.js'
import type { SchemaName } from '../schemas/index.js'
import type { CheckAcross } from './checked-entity.js'
import type { ManifestFormat } from './manifest-format.js'
import type { ManifestPolicy } from './policy.js'

/** How a manifest is checked. */
export interface SourceCheck {
  readonly file?: string
  readonly format?: ManifestFormat
  readonly model?: SchemaName
  readonly name?: string
  readonly minimumGpus?: MinimumGpusOfSpec
  readonly maxDiagnostics?: number
  /** Whether the file was found by searching a folder: documents that are not models are skipped. */
  readonly skipsOthers?: boolean
  readonly policy?: ManifestPolicy
  readonly across?: CheckAcross
  /** The rules across files that run. */
  readonly acrossRules?: ReadonlySet<string>
  /** `nemo-cli`: also report what the command `nemo models create NAME --input-file FILE` refuses. */
  readonly target?: 'nemo-cli'
  /** Whether to find what can be corrected in documents with errors, beyond what is reported of them. */
  readonly isForFixes?: boolean
  /** Of a part of a file: the secrets of all of it, and whether any of it mentions a model. */
  readonly whole?: { readonly secrets: ReadonlySet<string>; readonly mentionsModel: boolean }
}
