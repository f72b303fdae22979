/**
 * Checks a large file of JSON Lines in batches, so that memory does not grow with it. What is found in a line does not
 * depend on the others, except for secrets: those of the whole file are masked wherever they occur. So they are collected
 * first.
 */

import { isUtf8 } from 'node:buffer'
import { type CheckedSource, checkSource } from '../check-source.js'
import { readJsonLines } from '../json-source.js'
import { DEFAULT_MAX_DIAGNOSTICS } from '../limits.js'
import { mentionsModel } from '../model-likeness.js'
import { mayHoldSecret } from '../redaction/may-hold-secret.js'
import { MOST_SECRETS, Redaction } from '../redaction/redaction.js'
import type { SourceCheck } from '../source-check.js'
import { lineBatches, type Pieces } from './line-batches.js'
import { MergedChecks } from './merged-checks.js'

/** Checks the lines of a file in full. */
export function checkLines(pieces: Pieces, check: SourceCheck): CheckedSource {
  const invalid = firstInvalid(pieces, check)
  if (invalid !== undefined) return invalid
  const whole = wholeOf(pieces, false) ?? wholeOf(pieces, true)
  const merged = new MergedChecks(check.maxDiagnostics ?? DEFAULT_MAX_DIAGNOSTICS)
  for (const { bytes, lines } of lineBatches(pieces)) {
    const part = { ...check, format: 'jsonl', maxDiagnostics: merged.room, ...(whole && { whole }) } as const
    merged.add(checkSource(bytes, part), lines)
  }
  return merged.result()
}

/** The check of a file that is not UTF-8: nothing else is told of it. */
function firstInvalid(pieces: Pieces, check: SourceCheck): CheckedSource | undefined {
  for (const { bytes, lines } of lineBatches(pieces)) if (!isUtf8(bytes)) return onlyInvalid(bytes, lines, check)
  return undefined
}

/** The check of the first line that is not UTF-8. */
function onlyInvalid(bytes: Buffer, lines: number, check: SourceCheck): CheckedSource {
  let [start, line] = [0, lines]
  for (let end = bytes.indexOf(NEWLINE); end >= 0 && isUtf8(bytes.subarray(start, end)); ) {
    start = end + 1
    line += 1
    end = bytes.indexOf(NEWLINE, start)
  }
  const merged = new MergedChecks(1)
  merged.add(checkSource(bytes.subarray(start), { ...check, skipsOthers: false, format: 'jsonl' }), line, 0)
  return merged.result()
}

const NEWLINE = 0x0a

/**
 * What is known of a whole file. If a line of it cannot be read, its text is searched for secrets too. Undefined if that has to
 * be done and was not asked for.
 */
function wholeOf(pieces: Pieces, searchesText: boolean): SourceCheck['whole'] {
  const secrets = new Set<string>()
  let isMentioned = false
  for (const { bytes } of lineBatches(pieces)) {
    const text = bytes.toString('utf8')
    isMentioned ||= mentionsModel(text)
    const redaction = new Redaction(text)
    if (searchesText) redaction.addText()
    for (const document of readJsonLines(text)) {
      if (document.kind === 'errors' && !searchesText) return undefined
      if (document.kind !== 'value' || secrets.size > MOST_SECRETS) continue
      if (document.quick === undefined || mayHoldSecret(document.quick.value)) redaction.addDocument(document.root)
    }
    for (const secret of redaction.secrets) if (secrets.size <= MOST_SECRETS) secrets.add(secret)
  }
  return { secrets, mentionsModel: isMentioned }
}
