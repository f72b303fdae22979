import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { releaseFaults } from '../../scripts/release/release-faults.js'
import { ROOT } from './packed.js'

const manifest = { version: '1.2.3', repository: 'somewhere' }
const changelog = '# Changelog\n\n## 1.2.30 - 2026-03-01\n\n## 1.2.3 - 2026-02-28\n\nThe third.\n'

it('a tag of the version with a dated entry can be released', () => {
  expect(releaseFaults({ tag: 'v1.2.3', manifest, changelog })).toEqual([])
})

it.each([
  ['another version', { tag: 'v1.2.4', manifest, changelog }, 'the tag is v1.2.4, and package.json has version 1.2.3'],
  ['no v', { tag: '1.2.3', manifest, changelog }, 'the tag is 1.2.3'],
  ['no entry', { tag: 'v1.2.3', manifest, changelog: '## 1.2.30 - 2026-03-01\n' }, 'has no entry for 1.2.3'],
  ['no date', { tag: 'v1.2.3', manifest, changelog: '## 1.2.3\n' }, 'has no date'],
  ['a day that is none', { tag: 'v1.2.3', manifest, changelog: '## 1.2.3 - 2026-02-30\n' }, 'has no date'],
  ['no repository', { tag: 'v1.2.3', manifest: { version: '1.2.3' }, changelog }, 'has no repository'],
])('%s is a fault, and the only one', (_, release, fault) => {
  expect(releaseFaults(release)).toEqual([expect.stringContaining(fault)])
})

it("this checkout's version has its dated entry", () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const text = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')
  expect(releaseFaults({ tag: `v${version}`, manifest: { version, repository: '' }, changelog: text })).toEqual([])
})
