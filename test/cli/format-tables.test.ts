import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CHECK_FORMATS } from '../../src/cli/formats/check/index.js'

it('docs/manifests.md has a row for every format of check, the default one first', () => {
  const page = readFileSync(new URL('../../docs/manifests.md', import.meta.url), 'utf8')
  const [, table = ''] = /\n\| format \| for \|\n\|---\|---\|\n((?:\|.*\n)+)/.exec(page) ?? []
  const rows = [...table.matchAll(/^\| `([a-z]+)` \| \S/gm)].map(([, name]) => name)
  expect([...rows].sort()).toEqual(Object.keys(CHECK_FORMATS).sort())
  expect(rows[0]).toBe('pretty')
})
