import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import typedoc from '../../typedoc.json' with { type: 'json' }

it('the API reference has a page for each entry point, and no page of one that is gone', () => {
  const pages = readdirSync(join(import.meta.dirname, '../../docs/api'), { recursive: true, encoding: 'utf8' })
  const rooms = typedoc.entryPoints.map((path) => path.replace(/^src\/(.+?)(?:\/index)?\.ts$/, '$1.md'))
  const found = pages.map((path) => path.replaceAll('\\', '/')).filter((path) => path.endsWith('.md'))
  expect(found.sort()).toEqual([...rooms, 'README.md'].sort())
})
