/**
 * Builds dist/page/index.html, the browser page: `npm run page`. `npm run build` builds it after the library.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pageHtml } from './page-html.js'
import { PAGE } from './page-path.js'

await mkdir(dirname(PAGE), { recursive: true })
await writeFile(PAGE, await pageHtml())
