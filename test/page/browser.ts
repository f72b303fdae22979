import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'
import { ARGUMENTS, BROWSER } from '../chromium.js'

/** A browser with a profile of its own, and what ends it. */
export interface StartedBrowser {
  readonly context: BrowserContext
  close(): Promise<void>
}

/** Starts Chromium. */
export async function startBrowser(): Promise<StartedBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: BROWSER ?? '',
    args: ARGUMENTS,
    viewport: { width: 1280, height: 1000 },
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  return {
    context,
    async close() {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}
