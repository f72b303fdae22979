/** The built language server, with a folder of its own. */

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { InitializeParams } from 'vscode-languageserver-protocol/node'
import { LanguageClient } from '../editors/language-client.js'

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** A server that runs for a folder. */
export interface Served {
  readonly client: LanguageClient
  readonly folder: string
  uri(name: string): string
  write(name: string, text: string): void
  remove(): void
}

/** Writes files into a new folder, and starts the server for it. */
export async function serve(
  files: Readonly<Record<string, string>>,
  { args = [], capabilities = {} }: { args?: readonly string[]; capabilities?: InitializeParams['capabilities'] } = {},
): Promise<Served> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'model-entity-lsp-')))
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  for (const [name, text] of Object.entries(files)) write(name, text)
  const client = await LanguageClient.start({
    args: [CLI, 'lsp', '--stdio', ...args],
    cwd: folder,
    folders: [pathToFileURL(folder).href],
    capabilities,
  })
  return {
    client,
    folder,
    write,
    uri: (name) => pathToFileURL(join(folder, name)).href,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
