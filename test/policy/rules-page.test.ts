import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { RULES } from '../../src/lint/index.js'
import { checkSource } from '../../src/manifest/check-source.js'
import { ALL_RULES } from '../../src/manifest/index.js'
import { listEntities } from '../../src/manifest/list-entities.js'
import { AcrossCheck, EntityIndex, policyOf, readConfig } from '../../src/policy/index.js'

const PAGE = readFileSync(new URL('../../docs/lint-rules.md', import.meta.url), 'utf8')

/** The rules that `lint` does not run. */
const CODES = [
  ...ALL_RULES.map(({ code }) => code).filter((code) => !RULES.some((rule) => rule.code === code)),
  'not-for-nemo-cli',
]

/** The examples of a rule: the manifest, and before it the config if the rule needs one. */
function examplesOf(code: string): { config: string; manifest: string } {
  const section = PAGE.split(/^(?=## )/m).find((one) => one.startsWith(`## \`${code}\`\n`)) ?? ''
  expect(section).toMatch(/^\*\*Fix\.\*\* \S/m)
  const blocks = [...section.matchAll(/```yaml\n([^`]+)```/g)].map(([, text = '']) => text)
  return { config: blocks.length > 1 ? (blocks[0] ?? '') : '', manifest: blocks.at(-1) ?? '' }
}

describe('docs/lint-rules.md', () => {
  it.each(CODES)('shows for %s what the rule reports, and nothing else', (code) => {
    const { config, manifest } = examplesOf(code)
    const { settings, diagnostics } = readConfig(config, 'model-entity.config.yaml')
    expect(diagnostics).toEqual([])
    const index = new EntityIndex()
    for (const entity of listEntities(new TextEncoder().encode(manifest), { file: 'm.yaml' }))
      index.add(entity, 'default', true)
    const isAcross = /^(?:dangling-|base-model-cycle)/.test(code)
    const { check } = checkSource(manifest, {
      file: 'm.yaml',
      policy: policyOf(settings).forFile('m.yaml'),
      across: new AcrossCheck('default').inFile('m.yaml', isAcross ? index : undefined),
      ...(code === 'not-for-nemo-cli' && { target: 'nemo-cli' as const }),
    })
    // An adapter that names an entity that is not there names another one than its own, too.
    const others = code === 'dangling-adapter-model' ? ['adapter-of-another-model'] : []
    expect(check.diagnostics.map((one) => one.code)).toEqual([...others, code])
    expect(PAGE).toContain(`| [\`${code}\`](#${code}) |`)
  })
})
