import { checkSource } from '../check-source.js'
import { documentsIn } from '../documents.js'
import type { SourceCheck } from '../source-check.js'
import { applyFixes } from './apply-fixes.js'
import { sortKeys } from './sort-keys.js'

/** How to fix a manifest. */
export interface FixManifestOptions extends SourceCheck {
  /** Also sort the keys in the order of the definitions. */
  readonly sortKeys?: boolean
}

/** A fixed manifest, and what was done. */
export interface FixedManifest {
  readonly text: string
  /** The titles of the fixes. */
  readonly titles: readonly string[]
  /** How many mappings were sorted. */
  readonly sorted: number
}

/** A corrected key shows what is wrong with its value, so a few rounds may be needed. */
const MOST_ROUNDS = 10

/** Corrects everything in a manifest that has one meaning. What is left is reported by a check of the result. */
export function fixManifest(
  manifest: string,
  { sortKeys: isSorting = false, ...options }: FixManifestOptions,
): FixedManifest {
  const read = (text: string) => [...documentsIn(text, options)]
  const titles: string[] = []
  let text = manifest
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const { diagnostics } = checkSource(text, {
      ...options,
      isForFixes: true,
      maxDiagnostics: Number.POSITIVE_INFINITY,
    }).check
    const fixes = diagnostics.flatMap(({ fix }) => (fix === undefined ? [] : [fix]))
    if (fixes.length === 0) break
    const fixed = applyFixes(text, fixes, read)
    if (fixed.applied.length === 0) break
    text = fixed.text
    titles.push(...fixed.applied.map(({ title }) => title))
  }
  if (!isSorting) return { text, titles, sorted: 0 }
  const inOrder = sortKeys(text, options, read)
  return { text: inOrder.text, titles, sorted: inOrder.sorted }
}
