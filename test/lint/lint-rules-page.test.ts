import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { lint, RULES } from '../../src/lint/index.js'
import { ADAPTER, entity, request, SPEC } from './clean.js'

const PAGE = readFileSync(new URL('../../docs/lint-rules.md', import.meta.url), 'utf8')

/** The sections of the page: rule, severity and the fields that the example shows. */
const SECTIONS = [
  ...PAGE.matchAll(/^## `([a-z-]+)`\n\n\*(\w+)\.\*[^\n]+\n\n```yaml\n([^`]+)```\n\n\*\*Fix\.\*\* \S/gm),
].map(([, code = '', severity, example = '']) => ({
  code,
  severity,
  fields: parseAllDocuments(example)[0]?.toJS() as Record<string, unknown>,
}))

/** The sections of the rules of lint. Those of the others have examples of their own: test/policy/rules-page.test.ts. */
const OF_LINT = SECTIONS.filter(({ code }) => RULES.some((rule) => rule.code === code))

/** The example with the fields that it does not show. */
function whole(fields: Record<string, unknown>): Record<string, unknown> {
  const { spec, adapters, ...rest } = fields
  return {
    ...rest,
    ...(spec ? { spec: { ...SPEC, ...Object(spec) } } : {}),
    ...(Array.isArray(adapters) ? { adapters: adapters.map((adapter) => ({ ...ADAPTER, ...adapter })) } : {}),
  }
}

describe('docs/lint-rules.md', () => {
  it('has a section for each rule, in order, with its severity', () => {
    expect(OF_LINT.map(({ code, severity }) => ({ code, severity }))).toEqual(
      RULES.map(({ code, severity }) => ({ code, severity })),
    )
    for (const { code, severity } of RULES) expect(PAGE).toContain(`| [\`${code}\`](#${code}) | ${severity} |`)
  })

  it.each(OF_LINT)('shows for $code what the rule tells, and nothing else', ({ code, fields }) => {
    const isEntity = 'adapters' in fields || 'created_at' in fields
    const findings = isEntity
      ? lint('ModelEntity', entity(whole(fields)))
      : lint('CreateModelEntityRequest', request(whole(fields)))
    expect(findings.map((finding) => finding.code)).toEqual([code])
  })
})
