import type { Install } from '../languages/install.js'
import type { ToolchainName } from '../languages/toolchains.js'

/** Something that a running server must pass. */
export interface ServerCheck {
  readonly title: string
  readonly needs: readonly ToolchainName[]
  readonly installs: readonly Install[]
  /** Why it cannot run anywhere. It is then listed, and skipped. */
  readonly impossible?: string
  /** What is wrong, in lines; nothing if all is well. */
  readonly run: (place: Place) => Promise<readonly string[]>
}

/** Where a check runs. */
export interface Place {
  /** The server: `http://127.0.0.1:8080`. */
  readonly origin: string
  /** An empty folder that is the check's own. */
  readonly folder: string
  /** A file of an installation: `at('python/bin/python')`. */
  readonly at: (path: string) => string
}
