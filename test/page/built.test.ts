import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pageHtml } from '../../scripts/page/page-html.js'
import { PAGE } from '../../scripts/page/page-path.js'

test('dist/ holds the page that its source and the library make, the same in each build', async () => {
  expect(readFileSync(PAGE, 'utf8') === (await pageHtml()), `${PAGE} is stale: npm run build`).toBe(true)
})
