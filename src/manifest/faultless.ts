/** Tells of most entities that there is nothing to report, from their values alone. */

import type { MinimumGpusOfSpec } from '../lint/index.js'
import { isUnremarkable } from '../lint/quick-lint.js'
import { isRecord } from '../lint/schema-walk.js'
import { fastPathOfName } from '../validation/fast-path/fast-path.js'
import type { PlainEntity } from './document-kind.js'
import type { ManifestPolicy } from './policy.js'

/** How an entity is checked by itself. */
export interface OwnCheck {
  readonly policy: ManifestPolicy
  /** The name of an entity that has none. */
  readonly name: string | undefined
  readonly minimumGpus: MinimumGpusOfSpec | undefined
}

/**
 * Whether nothing is to be reported of an entity that was read without its places. Rules across files are not asked: they
 * count the entities that they see.
 */
export function isFaultless({ model, value }: PlainEntity, { policy, name, minimumGpus }: OwnCheck): boolean {
  const written = named(value, name)
  if (fastPathOfName(model)?.accepts(written) !== true) return false
  const isOff = (code: string) => policy.severityOf(code) === 'off'
  return isUnremarkable(model, written, { rules: policy.rules, isOff, minimumGpus })
}

/** The value with a name, if it is an object that has none. */
export function named(value: unknown, name: string | undefined): unknown {
  return name !== undefined && isRecord(value) && !Object.hasOwn(value, 'name') ? { name, ...value } : value
}
