import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { type BrowserContext, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ARGUMENTS, BROWSER } from '../chromium.js'
import { EXAMPLES } from './examples.js'
import { DIST } from './shipped.js'

/** Answers each example in the page, and says whether the policy is in force. */
const PAGE_SCRIPT = `
import { validateJson } from ${JSON.stringify(join(DIST, 'validation.js'))}
import { EXAMPLES } from ${JSON.stringify(join(import.meta.dirname, 'examples.ts'))}
let forbidden = false
try { new Function('return 1')() } catch { forbidden = true }
const answers = EXAMPLES.map(({ model, body }) => validateJson(model, body))
document.body.textContent = JSON.stringify({ forbidden, answers })
document.body.id = 'done'`

const title = BROWSER === undefined ? ' (not run: no Chromium on this machine; set CHROMIUM_PATH)' : ''

describe.skipIf(BROWSER === undefined)(`the bundle in Chromium${title}`, () => {
  let server: Server
  let profile: string
  let browser: BrowserContext

  beforeAll(async () => {
    server = await serve(await bundleOfPage())
    profile = await mkdtemp(join(tmpdir(), 'chromium-'))
    browser = await chromium.launchPersistentContext(profile, { executablePath: BROWSER ?? '', args: ARGUMENTS })
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    server?.close()
    await rm(profile, { recursive: true, force: true })
  })

  test("answers as it does in Node, under Content-Security-Policy: script-src 'self'", async () => {
    const page = await browser.newPage()
    const address = server.address()
    await page.goto(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`)
    const { validateJson } = await import(join(DIST, 'validation.js'))
    const text = await page.locator('#done').textContent()
    expect(JSON.parse(text ?? '')).toEqual({
      forbidden: true,
      answers: EXAMPLES.map(({ model, body }) => JSON.parse(JSON.stringify(validateJson(model, body)))),
    })
  })
})

async function bundleOfPage(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: PAGE_SCRIPT, resolveDir: DIST, loader: 'js' },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

/** Serves one page and its script, under the strictest policy that lets the page's own script run. */
async function serve(script: string): Promise<Server> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.setHeader('Content-Security-Policy', "script-src 'self'")
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : '<!doctype html><body><script type="module" src="/page.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
