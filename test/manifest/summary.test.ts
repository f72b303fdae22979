import { describe, expect, it } from 'vitest'
import { isSkipped, type ManifestCheck } from '../../src/manifest/diagnostic.js'
import { checkManifest, summaryOf } from '../../src/manifest/index.js'

const checkOf = (fields: Partial<ManifestCheck>): ManifestCheck => ({
  diagnostics: [],
  excerpts: [],
  counts: { error: 0, warning: 0, info: 0 },
  documents: 1,
  emptyDocuments: 0,
  skippedDocuments: 0,
  suppressed: [],
  suppressedCount: 0,
  ...fields,
})

describe('the summary of several checks', () => {
  it('adds up what was found, listed or not', () => {
    const faults = 'name: ab\nfileste: x\ntrust_remote_code: "yes"\n'
    const [first] = checkManifest(faults).diagnostics
    expect(
      summaryOf([
        checkOf({ counts: { error: 3, warning: 4, info: 5 }, documents: 2, suppressedCount: 6 }),
        checkOf({ counts: { error: 1, warning: 0, info: 0 }, diagnostics: first === undefined ? [] : [first] }),
        checkOf({ documents: 0, skippedDocuments: 1 }),
        checkOf({ documents: 3, skippedDocuments: 1 }),
      ]),
    ).toStrictEqual({
      ...{ files: 3, documents: 6, errors: 4, warnings: 4, infos: 5, skipped: 1, suppressed: 6, hidden: 12 },
    })
  })

  it('of nothing is nothing', () => {
    expect(summaryOf([])).toStrictEqual({
      ...{ files: 0, documents: 0, errors: 0, warnings: 0, infos: 0, skipped: 0, suppressed: 0, hidden: 0 },
    })
  })

  it('counts what is not listed', () => {
    const check = checkManifest('name: ab\na: 1\nb: 2\nc: 3\nd: 4\n', { maxDiagnostics: 1 })
    const { error, warning, info } = check.counts
    expect(error + warning + info).toBeGreaterThan(3)
    expect(summaryOf([check, check]).hidden).toBe(2 * (error + warning + info - 1))
  })
})

describe('a file', () => {
  it.each([
    [{ documents: 0, emptyDocuments: 0, skippedDocuments: 1 }, true],
    [{ documents: 2, emptyDocuments: 2, skippedDocuments: 1 }, true],
    [{ documents: 2, emptyDocuments: 1, skippedDocuments: 1 }, false],
    [{ documents: 1, emptyDocuments: 1, skippedDocuments: 0 }, false],
    [{ documents: 0, emptyDocuments: 0, skippedDocuments: 0 }, false],
  ])('with %j is skipped: %s', (fields, expected) => expect(isSkipped(checkOf(fields))).toBe(expected))
})
