import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Application } from 'typedoc'
import type { Generator } from './generator.js'

/** The API reference: one page for each entry point, from the TSDoc comments, as typedoc.json says. */
export const apiGenerator: Generator = {
  name: 'API reference',
  async files() {
    const folder = await mkdtemp(join(tmpdir(), 'api-'))
    try {
      await writePages(folder)
      const paths = await readdir(folder, { recursive: true })
      const pages = paths.filter((path) => path.endsWith('.md')).sort()
      const texts = pages.map(
        async (path): Promise<[string, string]> => [
          `docs/api/${path.replaceAll('\\', '/')}`,
          await readFile(join(folder, path), 'utf8'),
        ],
      )
      return new Map(await Promise.all(texts))
    } finally {
      await rm(folder, { recursive: true })
    }
  },
}

async function writePages(folder: string): Promise<void> {
  const app = await Application.bootstrapWithPlugins({ out: folder, logLevel: 'Error' })
  const project = await app.convert()
  if (project === undefined) throw new Error('TypeDoc cannot read the entry points that typedoc.json names')
  await app.generateOutputs(project)
}
