/** A baseline: the diagnostics of one day, so that a build fails only for new ones. */

import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { isRecord } from '../../lint/schema-walk.js'
import type { Diagnostic, Excerpt, ManifestCheck, SuppressedDiagnostic } from '../../manifest/index.js'
import { UsageError } from '../exit-code.js'
import { slashed } from './slashed.js'

/** How often a diagnostic was there, by its file, its code, its path and the text it points at. Not by its line. */
type Counts = Map<string, number>

/** Hides the diagnostics of a baseline, or records them for one. */
export class Baseline {
  readonly #file: string
  readonly #isRecording: boolean
  readonly #counts: Counts

  private constructor(file: string, isRecording: boolean, counts: Counts) {
    this.#file = file
    this.#isRecording = isRecording
    this.#counts = counts
  }

  /** @throws UsageError if the file cannot be read, or is not a baseline */
  static read(file: string): Baseline {
    return new Baseline(file, false, readCounts(file))
  }

  /** A baseline that records what it hides. */
  static recording(file: string): Baseline {
    return new Baseline(file, true, new Map())
  }

  /** A check without the diagnostics of the baseline, which are suppressed. */
  without(check: ManifestCheck): ManifestCheck {
    const listed: Entry[] = []
    const hidden: SuppressedDiagnostic[] = []
    const counts = { error: 0, warning: 0, info: 0 }
    for (const [index, diagnostic] of check.diagnostics.entries()) {
      const excerpt = check.excerpts[index]
      if (this.#hides(diagnostic, excerpt)) hidden.push({ diagnostic, excerpt, kind: 'external' })
      else {
        counts[diagnostic.severity] += 1
        listed.push({ diagnostic, excerpt })
      }
    }
    return {
      ...check,
      ...listedAs(listed),
      counts,
      suppressed: [...check.suppressed, ...hidden],
      suppressedCount: check.suppressedCount + hidden.length,
    }
  }

  /**
   * Writes what was recorded.
   *
   * @throws UsageError if the file cannot be written
   */
  write(): void {
    if (!this.#isRecording) return
    const diagnostics = [...this.#counts]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, count]) => {
        const [file, code, path, text] = JSON.parse(key)
        return { file, code, path, text, ...(count > 1 && { count }) }
      })
    try {
      writeFileSync(this.#file, `${JSON.stringify({ version: VERSION, diagnostics }, null, 2)}\n`)
    } catch (error) {
      throw new UsageError(`the baseline cannot be written: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #hides({ file, code, loc }: Diagnostic, excerpt: Excerpt | undefined): boolean {
    // A missing file and a wrong config are mistakes of today's call.
    if (code === 'missing_file' || code === 'config_invalid') return false
    const name = file === '-' ? file : slashed(relative(dirname(resolve(this.#file)), resolve(file)))
    const key = JSON.stringify([name, code, loc.join('.'), excerpt?.token ?? ''])
    const count = this.#counts.get(key) ?? 0
    this.#counts.set(key, this.#isRecording ? count + 1 : count - 1)
    return this.#isRecording || count > 0
  }
}

const VERSION = 1

interface Entry {
  readonly diagnostic: Diagnostic
  readonly excerpt: Excerpt | undefined
}

function listedAs(entries: readonly Entry[]): Pick<ManifestCheck, 'diagnostics' | 'excerpts'> {
  return {
    diagnostics: entries.map(({ diagnostic }) => diagnostic),
    excerpts: entries.flatMap(({ excerpt }) => (excerpt === undefined ? [] : [excerpt])),
  }
}

/** A check that lists at most so many diagnostics: the most severe ones, in their order. */
export function limited(check: ManifestCheck, most: number): ManifestCheck {
  if (check.diagnostics.length <= most) return check
  const entries = check.diagnostics.map((diagnostic, index): Entry => ({ diagnostic, excerpt: check.excerpts[index] }))
  const bySeverity = (['error', 'warning', 'info'] as const).flatMap((severity) => {
    return entries.filter(({ diagnostic }) => diagnostic.severity === severity)
  })
  const kept = new Set(bySeverity.slice(0, most))
  return { ...check, ...listedAs(entries.filter((entry) => kept.has(entry))) }
}

function readCounts(file: string): Counts {
  const counts: Counts = new Map()
  const value = jsonOf(file)
  const diagnostics = isRecord(value) && value['version'] === VERSION ? value['diagnostics'] : undefined
  if (!Array.isArray(diagnostics)) throw new UsageError(`${file} is not a baseline; --write-baseline writes one`)
  for (const [index, one] of diagnostics.entries()) {
    const { file: name, code, path, text, count = 1 } = isRecord(one) ? one : {}
    const isRight = [name, code, path, text].every((part) => typeof part === 'string') && Number.isInteger(count)
    if (!isRight) throw new UsageError(`${file} is not a baseline: its diagnostic ${index} lacks something`)
    const key = JSON.stringify([name, code, path, text])
    counts.set(key, (counts.get(key) ?? 0) + Number(count))
  }
  return counts
}

function jsonOf(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new UsageError(`no such baseline: ${file}; --write-baseline writes one`)
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${file} is not a baseline; --write-baseline writes one`)
  }
}
