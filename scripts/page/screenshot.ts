/**
 * Takes the screenshot in docs/page.md: `npm run page:screenshot`. Builds the page first and selects the example Llama 3.1 8B. Needs
 * Chromium (Debian: `apt-get install chromium`; elsewhere: set CHROMIUM_PATH).
 */
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { ARGUMENTS, BROWSER } from '../../test/chromium.js'
import { PAGE } from './page-path.js'
import './build.js'

const PICTURE = fileURLToPath(new URL('../../docs/page-screenshot.png', import.meta.url))

if (BROWSER === undefined) {
  console.error(
    'Cannot take a screenshot: Chromium is not installed. Install it (Debian: apt-get install chromium), or set CHROMIUM_PATH.',
  )
  process.exitCode = 1
} else {
  await takePicture(BROWSER)
  console.error(`written: ${PICTURE}`)
}

async function takePicture(executablePath: string): Promise<void> {
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS })
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1080 }, colorScheme: 'light' })
    await page.goto(pathToFileURL(PAGE).href)
    await page.locator('#example').selectOption('Llama 3.1 8B')
    // The second table, for several GPUs, is drawn last.
    await page.locator('#memory table').nth(1).waitFor()
    await page.screenshot({ path: PICTURE })
  } finally {
    await browser.close()
  }
}
