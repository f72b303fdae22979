import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pageGenerator } from '../../scripts/generate/page.js'

test('the checked-in page is what its source and the library make: npm run page', async () => {
  for (const [path, text] of await pageGenerator.files()) {
    const found = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8').replaceAll('\r\n', '\n')
    expect(found === text, `${path} is stale`).toBe(true)
  }
})
