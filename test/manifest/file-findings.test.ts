import { describe, expect, it } from 'vitest'
import type { DiagnosticSeverity } from '../../src/manifest/diagnostic.js'
import { FileFindings } from '../../src/manifest/file-findings.js'
import { type Finding, Findings } from '../../src/manifest/findings.js'
import { NO_POLICY } from '../../src/manifest/policy.js'
import { SourceText } from '../../src/manifest/source-text.js'

const finding = (start: number, severity: DiagnosticSeverity = 'warning', code = 'z'): Finding => ({
  ...{ document: 0, severity, code, loc: [], span: { start, end: start }, message: '', help: '' },
})

const starts = (findings: Findings) => findings.inOrder().map(({ span }) => span.start)

describe('the findings of a file', () => {
  it('are kept up to a number: errors first, then warnings, then infos, of each the first ones', () => {
    const findings = new Findings(3)
    for (let at = 500; at > 0; at -= 1) findings.add(finding(at, at % 2 === 0 ? 'info' : 'warning'))
    expect(starts(findings)).toStrictEqual([1, 3, 5])
    findings.add(finding(900, 'error'))
    findings.add(finding(2))
    expect(starts(findings)).toStrictEqual([1, 2, 900])
    expect(findings.counts).toStrictEqual({ error: 1, warning: 251, info: 250 })
  })

  it('are in the order of the text, and at one place in the order of their codes', () => {
    const findings = new Findings(9)
    for (const one of [finding(2), finding(1, 'info', 'b'), finding(1, 'info', 'c'), finding(1, 'info', 'a')])
      findings.add(one)
    expect(findings.inOrder().map(({ code }) => code)).toStrictEqual(['a', 'b', 'c', 'z'])
    const same = new Findings(9)
    for (const message of ['first', 'second', 'third']) same.add({ ...finding(1), message })
    expect(same.inOrder().map(({ message }) => message)).toStrictEqual(['first', 'second', 'third'])
    for (const codes of ['ab', 'ba']) {
      const two = new Findings(9)
      for (const code of codes) two.add(finding(1, 'info', code))
      expect(two.inOrder().map(({ code }) => code)).toStrictEqual(['a', 'b'])
    }
  })

  it('are only counted if none is to be kept', () => {
    const findings = new Findings(0)
    findings.add(finding(1))
    expect([findings.countBeyond('info'), findings.inOrder(), findings.counts]).toStrictEqual([
      true,
      [],
      { error: 0, warning: 1, info: 1 },
    ])
  })

  it('are only counted, without their places, if nobody will see them', () => {
    const findings = new Findings(2)
    expect(findings.countBeyond('info')).toBe(false)
    for (let at = 0; at < 200; at += 1) findings.add(finding(at))
    expect((['info', 'warning', 'error'] as const).map((one) => findings.countBeyond(one))).toStrictEqual([
      true,
      true,
      false,
    ])
    expect(findings.counts).toStrictEqual({ error: 0, warning: 201, info: 1 })
  })
})

describe('a finding beyond those that are kept', () => {
  const comment = { span: { start: 3, end: 9 }, text: '# model-entity-disable-line unknown-field -- why' }
  const fileFindings = (severity: 'off' | undefined = undefined) =>
    new FileFindings({
      ...{ source: new SourceText('a\nb\nc\n'), most: 0, acrossRules: undefined },
      policy: { ...NO_POLICY, severityOf: () => severity },
    })

  it('is only counted, or not even that where its rule is off', () => {
    const findings = fileFindings()
    expect(findings.isEmpty).toBe(true)
    expect(findings.countBeyond('unknown-field', 'warning')).toBe(true)
    expect([findings.counts.warning, findings.isEmpty]).toStrictEqual([1, false])
    const off = fileFindings('off')
    expect([off.countBeyond('unknown-field', 'warning'), off.isEmpty]).toStrictEqual([true, true])
  })

  it('is looked at where a comment may silence it', () => {
    const findings = fileFindings()
    findings.hear({ comments: [comment], end: undefined })
    expect(findings.countBeyond('unknown-field', 'warning')).toBe(false)
    findings.add(finding(2, 'warning', 'unknown-field'))
    expect([findings.suppressed, findings.isEmpty, findings.counts.warning]).toStrictEqual([1, false, 0])
  })

  it('is kept up to the same number where comments silence it, and counted beyond that', () => {
    const findings = new FileFindings({
      ...{ source: new SourceText('a\nb\nc\n'), most: 2, acrossRules: undefined },
      policy: { ...NO_POLICY, severityOf: () => undefined },
    })
    findings.hear({ comments: [comment], end: undefined })
    for (let count = 0; count < 5; count += 1) findings.add(finding(2, 'warning', 'unknown-field'))
    expect([findings.suppressed, findings.silenced.map(({ reason }) => reason)]).toStrictEqual([5, ['why', 'why']])
  })
})
