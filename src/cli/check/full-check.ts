/** The check of a file of which there is something to report. Loaded for the first such file. */

import type { MinimumGpusOfSpec } from '../../lint/index.js'
import { type CheckedSource, checkSource } from '../../manifest/check-source.js'
import { guessedFormat } from '../../manifest/documents.js'
import { MAX_MANIFEST_SIZE } from '../../manifest/limits.js'
import { ACROSS_RULES } from '../../manifest/rule-catalogue.js'
import type { SourceCheck } from '../../manifest/source-check.js'
import { decodeUtf8 } from '../../manifest/source-text.js'
import { version } from '../version.js'

export { checkLines } from '../../manifest/json-lines/check-lines.js'
export { listEntitiesInLines, plainEntitiesInLines } from '../../manifest/json-lines/entities-in-lines.js'
export { listEntities } from '../../manifest/list-entities.js'

/** Checks the content of a file, also across files. `complete`: references are checked too. */
export async function fullCheck(
  manifest: Uint8Array | string,
  check: SourceCheck,
  isComplete: boolean,
): Promise<CheckedSource> {
  return checkSource(manifest, {
    ...check,
    ...(await estimateFor(manifest)),
    acrossRules: acrossRules(isComplete),
  })
}

/** The text of a manifest, or its bytes if there is something to report about them. */
export function readable(bytes: Uint8Array): string | Uint8Array {
  const decoded = bytes.length > MAX_MANIFEST_SIZE ? undefined : decodeUtf8(bytes)
  return decoded?.ok ? decoded.text : bytes
}

/** Names the code that checks: in the package, the name of this file changes with everything that it imports. */
export const BUILD = `${version()} ${import.meta.url.slice(import.meta.url.lastIndexOf('/') + 1)} ${process.version}`

/** The format of a text without a name. */
export function formatOfContent(bytes: Uint8Array): ReturnType<typeof guessedFormat> {
  return guessedFormat(new TextDecoder('utf-8').decode(bytes))
}

/** The estimate of GPUs, if a file states a minimum of them. It takes as long to load as the rest of the check. */
export async function estimateFor(content: Uint8Array | string): Promise<{ readonly minimumGpus?: MinimumGpusOfSpec }> {
  const text =
    typeof content === 'string' ? content : Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  if (!STATED.some((one) => text.includes(one))) return {}
  const { minimumGpus } = await import('../../estimate/index.js')
  return { minimumGpus }
}

/** The fields, and how an escape can hide one. */
const STATED = ['minimum_gpus', '\\u005', '\\x5', '\\u006', '\\x6', '\\u007', '\\x7']

/** The rules across files that run. */
export function acrossRules(isComplete: boolean): ReadonlySet<string> {
  return isComplete ? ALL_ACROSS : ALWAYS_ACROSS
}

/** The rules across files that need nothing but the files of the check. */
const ALWAYS_ACROSS: ReadonlySet<string> = new Set(['duplicate-entity'])
const ALL_ACROSS: ReadonlySet<string> = new Set(ACROSS_RULES.map(({ code }) => code))
