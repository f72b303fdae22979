/**
 * Makes docs/page/index.html, the page that works from a file: `npm run page`. `npm run generate` makes it too, with all
 * else that is checked in.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pageGenerator } from './generate/page.js'

const root = fileURLToPath(new URL('..', import.meta.url))

for (const [path, text] of await pageGenerator.files()) {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
  console.error(`written: ${path} (${Math.round(text.length / 1024)} KiB)`)
}
