import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Metafile } from 'esbuild'
import { pageBundle } from '../page/page-html.js'
import { commandBundle } from './command-bundle.js'

/** The licences of all packages, and parts of packages, whose code is in dist/: the library, the command or the page. */
export async function thirdPartyLicenses(): Promise<string> {
  const library: Metafile = JSON.parse(await readFile(join(root, 'dist/metafile-esm.json'), 'utf8'))
  const { metafile: command } = await commandBundle(false)
  const { metafile: page } = await pageBundle()
  const files = new Set([library, command, page].flatMap(bundledFiles))
  const licences = new Map<string, string>()
  for (const folder of [...new Set([...files].map(dirname))].sort()) await collect(folder, licences)
  const sections = [...licences]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => `${LINE}\n${name}\n\n${text}\n`)
  return `The files in dist/ contain code of these packages.\n\n${sections.join('')}`
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const LINE = '-'.repeat(80)

/** The package files with code in a bundle. */
function bundledFiles({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([path, { bytesInOutput }]) => path.includes('node_modules/') && bytesInOutput > 0)
      .map(([path]) => join(root, path)),
  )
}

/** Adds the licences in a folder and its parents, up to the package. A package may contain someone else's code. */
async function collect(folder: string, licences: Map<string, string>): Promise<void> {
  const names = await readdir(folder)
  const name = folder.replaceAll('\\', '/').split('node_modules/').at(-1) ?? ''
  const licence = names.find((each) => /^licen[cs]e(?:[.-]\w+)?$/i.test(each))
  if (licence !== undefined) licences.set(name, textOf(await readFile(join(folder, licence), 'utf8')))
  const isPackage = /^(?:@[^/]+\/)?[^/]+$/.test(name)
  if (!isPackage) return collect(dirname(folder), licences)
  if (licence === undefined) throw new Error(`${name} is bundled, but has no licence`)
}

function textOf(licence: string): string {
  return licence
    .replaceAll('\r\n', '\n')
    .replace(/[ \t]+$/gm, '')
    .trim()
}
