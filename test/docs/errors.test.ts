import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { pageOfCode } from '../../src/cli/explain/page-of-code.js'
import { DESCRIBED_CODES } from '../../src/cli/formats/check/code-descriptions.js'
import { checkManifest } from '../../src/manifest/index.js'
import { pageOf } from '../../src/manifest/rule-page.js'
import { isSchemaName } from '../../src/schemas/index.js'
import { ERROR_TYPES, validateJson } from '../../src/validation/index.js'

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
const [, ofValidation = '', ofFiles = '', , ofCheckpoints = ''] = page.split(/^## /m)

describe('the page of every code that the check prints', () => {
  const rules = readFileSync(new URL('../../docs/lint-rules.md', import.meta.url), 'utf8')
  const pages: Readonly<Record<string, string>> = { 'errors.md': page, 'lint-rules.md': rules }

  it.each(DESCRIBED_CODES)('is where the link to %s leads, and is what explain prints', (code) => {
    const [, name = '', anchor = ''] = /docs\/([\w-]+\.md)#(.+)$/.exec(pageOf(code)) ?? []
    expect(anchorsOf(pages[name] ?? '').filter((each) => each === anchor)).toHaveLength(1)
    const printed = pageOfCode(code, rules, page)
    expect(printed).toMatch(new RegExp(`^# ${code.replaceAll('.', '\\.')}\\n`))
    expect(printed).not.toContain('<a id')
  })

  it('is one anchor for each of many codes', () => expect(DESCRIBED_CODES.length).toBeGreaterThan(100))
})

/** The anchors that GitHub gives a page: what is written, and those of headings. */
function anchorsOf(text: string): string[] {
  const written = [...text.matchAll(/<a id="([^"]+)"><\/a>/g)].map(([, id = '']) => id)
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  return [
    ...written,
    ...headings.map((each) =>
      each
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replace(/\s/g, '-'),
    ),
  ]
}

describe('the catalogue of errors', () => {
  it('has every type of validation error once, and no other', () => {
    expect(codesIn(ofValidation).sort()).toEqual(Object.keys(ERROR_TYPES).sort())
  })

  it.each(rowsOf(ofValidation, 4))('shows %s by a body that gives it', (type, model, body, message) => {
    if (!isSchemaName(model)) throw new TypeError(`no model: ${model}`)
    const answer = validateJson(model, body.slice(1, -1))
    expect(answer).toMatchObject({ ok: false, status: 422 })
    expect(answer.ok ? [] : answer.detail).toContainEqual(
      expect.objectContaining({ type: type.slice(1, -1), msg: message }),
    )
  })

  it('has every code of a file once, and no other', () => {
    expect(codesIn(ofFiles).sort()).toEqual(unionIn('src/manifest/diagnostic.ts', 'ManifestErrorCode'))
  })

  it.each(rowsOf(ofFiles, 3))('shows %s by a file that gives it', (code, file, text) => {
    const { diagnostics } = checkManifest(text.slice(1, -1), { file: file.slice(1, -1) })
    expect(diagnostics.map((each) => each.code)).toEqual([code.slice(1, -1)])
  })

  it('has every code of a checkpoint once, and no other', () => {
    expect(codesIn(ofCheckpoints).sort()).toEqual(
      unionIn('src/architecture/checkpoint-error.ts', 'CheckpointErrorCode'),
    )
  })
})

function codesIn(section: string): string[] {
  return [...section.matchAll(/^\| (?:<a id="\w+"><\/a>)?`(\w+)` \|/gm)].map(([, code = '']) => code)
}

/** The rows of a section's tables that have this many cells and begin with a code. */
function rowsOf(section: string, cells: number): [string, string, string, string][] {
  return section
    .split('\n')
    .filter((line) => /^\| (?:<a id=|`)/.test(line))
    .map((line) =>
      line
        .slice(2, -2)
        .replace(/^<a id="\w+"><\/a>/, '')
        .split(' | '),
    )
    .filter((row) => row.length === cells)
    .map(([first = '', second = '', third = '', fourth = '']) => [first, second, third, fourth])
}

/** The members of a union type of texts, which leave no trace in the running code. */
function unionIn(file: string, name: string): string[] {
  const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
  const [, members = ''] = new RegExp(`export type ${name} =\\s([^]*?)\\n\\n`).exec(source) ?? []
  return [...members.matchAll(/'(\w+)'/g)].map(([, code = '']) => code).sort()
}
