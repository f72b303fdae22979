/** Small parts of the check of a manifest, one by one. */
import { describe, expect, it } from 'vitest'
import { checkSource } from '../../src/manifest/check-source.js'
import { diagnosticsOf } from '../../src/manifest/diagnostics-of.js'
import { duplicateKeys } from '../../src/manifest/duplicate-keys.js'
import { misspeltKeys } from '../../src/manifest/error-help.js'
import type { Finding } from '../../src/manifest/findings.js'
import { fixManifest } from '../../src/manifest/fixes/fix-manifest.js'
import { Redaction } from '../../src/manifest/redaction/redaction.js'
import type { SourceNode } from '../../src/manifest/source-node.js'
import { SourceText } from '../../src/manifest/source-text.js'
import { parseSuppression } from '../../src/manifest/suppressions/parse-suppression.js'
import { Suppressions } from '../../src/manifest/suppressions/suppressions.js'
import { withoutLaterMarks } from '../../src/manifest/yaml-marks.js'
import { readAllYaml } from '../../src/manifest/yaml-source.js'

describe('a misspelt key', () => {
  const holder = (...keys: string[]): SourceNode => ({
    kind: 'mapping',
    span: undefined,
    entries: keys.map((key, at) => ({
      ...{ key, keySpan: { start: at, end: at }, value: { kind: 'scalar', span: undefined, value: 1 } },
    })),
  })
  const found = (field: string, ...keys: string[]) => misspeltKeys(field, holder(...keys)).map(({ key }) => key)

  it('is of the nearest field, not of another that is near too', () => {
    expect(found('num_layers', 'num_layer', 'inear_layers')).toStrictEqual(['num_layer'])
    expect(found('linear_layers', 'num_layer', 'inear_layers')).toStrictEqual(['inear_layers'])
    expect(found('hidden_size', 'fn_hidden_size', 'hiden_size')).toStrictEqual(['hiden_size'])
  })

  it('is no known field, and nothing that is far from one', () => {
    expect(found('updated_at', 'created_at', 'update_at', 'x')).toStrictEqual(['update_at'])
    expect(misspeltKeys('name', { kind: 'sequence', span: undefined, items: [] })).toStrictEqual([])
  })
})

describe('a comment that silences', () => {
  it('begins with the name of the command', () => {
    expect(parseSuppression('## model-entity-disable-line trust-remote-code')?.codes).toStrictEqual([
      'trust-remote-code',
    ])
    expect(parseSuppression('# see # model-entity-disable-line trust-remote-code')).toBeUndefined()
  })
})

describe('a byte order mark inside a text', () => {
  it('belongs to the document that follows it, over comments and blank lines, and to none at the end', () => {
    expect(withoutLaterMarks('a: 1\n\ufeff# c\n\n---\nb: 2')).toStrictEqual({
      rest: 'a: 1\n# c\n\n---\nb: 2',
      marks: [5],
    })
    for (const text of ['a: 1\n\ufeff# c', 'a: 1\n\ufeff', 'a: 1\n\ufeff# c\nb: 2\n---\n', 'a: \ufeffb\n---\n'])
      expect(withoutLaterMarks(text)).toStrictEqual({ rest: text, marks: [] })
  })
})

describe('the path of a diagnostic', () => {
  const shown = (loc: readonly (string | number)[]) => {
    const source = new SourceText('a')
    const span = { start: 0, end: 1 }
    const finding: Finding = { document: 0, severity: 'error', code: 'c', loc, span, message: 'm', help: 'h' }
    const findings = {
      ...{ inOrder: () => [finding], counts: { error: 1, warning: 0, info: 0 }, silenced: [], suppressed: 0 },
    }
    const { diagnostics } = diagnosticsOf(findings, {
      ...{ file: 'f', source, redaction: new Redaction('a'), format: 'yaml' },
    })
    return diagnostics[0]?.loc
  }

  it('is cut behind fifty steps, and a key behind two hundred characters', () => {
    const steps = (count: number) => Array.from({ length: count }, (_, index) => index)
    expect(shown(steps(50))).toStrictEqual(steps(50))
    expect(shown(steps(51))).toStrictEqual([...steps(50), '…'])
    expect(shown(['k'.repeat(200), 'k'.repeat(201)])).toStrictEqual(['k'.repeat(200), `${'k'.repeat(200)}…`])
    const pair = `${'k'.repeat(199)}\u{1f600}x`
    expect(shown([pair])).toStrictEqual([`${'k'.repeat(199)}…`])
    expect(shown([`${'k'.repeat(198)}\u{1f600}x`])).toStrictEqual([`${'k'.repeat(198)}\u{1f600}…`])
  })
})

describe('a file that cannot be read', () => {
  const bytes = (text: string) => new Uint8Array([...new TextEncoder().encode(text), 0xff])
  const skipped = (text: string) =>
    checkSource(bytes(text), { file: 'm.yaml', skipsOthers: true }).check.skippedDocuments

  it('is skipped by a search if it names no field of a model', () => {
    expect(skipped('foo: 1\n')).toBe(1)
    expect(skipped('trust_remote_code: true\nfileset: x\n')).toBe(0)
  })
})

describe('a search that corrects', () => {
  const sorted = (text: string) => fixManifest(text, { file: 'm.yaml', skipsOthers: true, sortKeys: true })

  it('leaves documents that are broken, or no models', () => {
    expect(sorted('name: [\n---\nfileset: f\nname: b\n')).toMatchObject({ text: 'name: [\n---\nname: b\nfileset: f\n' })
    expect(sorted('version: 3\nname: x\n')).toMatchObject({ text: 'version: 3\nname: x\n', sorted: 0 })
  })
})

describe('keys that are given twice', () => {
  it.each(['b: 1\nb: 2\na: {x: 1, x: 2, x: 3}\n', 'a: {x: 1, x: 2}\nb: 1\nb: 2\n', '- {x: 1, x: 2}\n- {x: 1, x: 2}\n'])(
    'are told in the order of the text: %j',
    (text) => {
      const [document] = readAllYaml(text)
      const found = document?.kind === 'value' ? duplicateKeys(document.root).map(({ span }) => span.start) : []
      expect(found).toStrictEqual([...found].sort((one, other) => one - other))
      expect(found.length).toBeGreaterThan(1)
    },
  )
})

describe('a secret of a document without faults', () => {
  const clean = 'name: ab\ncustom_fields: {password: S3CRET-WORD}\n---\n'

  it.each([1, 60, 150])('is masked in what is said of a later one, behind %d documents', (count) => {
    const checked = checkSource(`${clean.repeat(count)}name: S3CRET-WORD x\n`, { file: 'm.yaml' }).check
    expect(checked.counts.error).toBe(1)
    expect(JSON.stringify(checked)).not.toContain('S3CRET-WORD')
  })

  it('is masked as a number too, as it is written', () => {
    const text = 'name: ab\ncustom_fields: {password: 12345.50}\n---\nname: 12345.50 x\n'
    expect(JSON.stringify(checkSource(text, { file: 'm.yaml' }).check)).not.toContain('12345')
  })
})

describe('what the command refuses', () => {
  it('is told a thousand times at most', () => {
    const count = (tabs: number) => {
      const text = `name: ab\ncustom_fields: {a: [${'"x",\t'.repeat(tabs)}1]}\n`
      return checkSource(text, { file: 'm.yaml', target: 'nemo-cli' }).check.counts.error
    }
    expect([count(3), count(1000), count(1001)]).toStrictEqual([3, 1000, 1000])
  })
})

describe('comments that silence rules', () => {
  it('tell all rules that they do not end', () => {
    const codes = 'unknown-field, trust-remote-code'
    const { diagnostics } = checkSource(`name: ab\n# model-entity-enable ${codes}\n`, { file: 'm.yaml' }).check
    expect(diagnostics[0]?.message).toContain('"unknown-field", "trust-remote-code" is not disabled')
  })

  const text = 'a\n# x\nb\n---\nc\n'
  const all = (directive: string, at = 2, end?: number) => {
    const suppressions = new Suppressions(new SourceText(text))
    suppressions.read({ comments: [{ span: { start: at, end: at + 3 }, text: `# model-entity-${directive}` }], end })
    const silenced = [...text.split('\n').entries()].flatMap(([line], index) => {
      const start = [0, 2, 6, 8, 12, 14][index] ?? 0
      return suppressions.silencerOf('unknown-field', { start, end: start }) ? [line + 1] : []
    })
    return { silenced, faults: suppressions.faults(() => true).map(({ kind }) => kind) }
  }

  it.each([
    ['disable-line unknown-field -- why', [2], []],
    ['disable-next-line unknown-field -- why', [3], []],
    ['disable unknown-field -- why', [2, 3, 4, 5, 6], []],
    ['disable-line unknown-field', [2], ['withoutReason']],
    ['disable-line trust-remote-code -- why', [], ['unused']],
    ['enable', [], ['unused']],
    ['something-else', [], []],
  ])('%s', (directive, silenced, faults) => expect(all(directive)).toStrictEqual({ silenced, faults }))

  it('silence up to the end of their document', () => {
    expect(all('disable unknown-field -- why', 2, 8).silenced).toStrictEqual([2, 3])
    expect(all('disable unknown-field -- why', 12, 8).silenced).toStrictEqual([5, 6])
  })
})
