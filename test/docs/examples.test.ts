import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type TransformOptions, transform } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { modelService } from './model-service.js'

const root = join(import.meta.dirname, '../..')
const guides = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
const pages = ['README.md', 'CONTRIBUTING.md', ...guides.map((name) => `docs/${name}`)]

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8')
  const programs = [...text.matchAll(/^```ts\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/gm)]
  const sessions = [...text.matchAll(/^```console\n\$ npx model-entity (.*)\n([\s\S]*?)^```$/gm)]
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = '']) => path)

  it('links to files that are there', () => {
    const folder = join(root, page, '..')
    expect(links.filter((path) => !isFile(join(folder, path)))).toEqual([])
  })

  if (programs.length > 0)
    it('shows programs that print what it says', async () => {
      for (const [, program = '', printed] of programs) expect(await run(program)).toBe(printed)
    })

  if (sessions.length > 0)
    it('shows commands that print what it says', () => {
      for (const [, args = '', printed] of sessions) {
        const { stdout } = spawnSync(process.execPath, ['dist/cli.js', ...args.split(' ')], {
          cwd: root,
          encoding: 'utf8',
        })
        expect(stdout).toBe(printed)
      }
    })
})

it('the README shows a program and a command', () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toMatch(/```ts\n[\s\S]*```console\n\$ npx model-entity/)
})

/**
 * Runs a program inside the package, where `model-entity` is the package itself, as it was built. `https://host.com` is a service that
 * knows no models yet.
 */
async function run(program: string): Promise<string> {
  const folder = join(root, '.cache/docs')
  const file = join(folder, `example-${process.pid}.mjs`)
  const service = program.includes(SERVICE) ? await modelService() : undefined
  mkdirSync(folder, { recursive: true })
  const { code } = await transform(program.replaceAll(SERVICE, service?.url ?? SERVICE), TYPESCRIPT)
  writeFileSync(file, code)
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env: { ...process.env, NO_COLOR: '1' } })
    return stdout
  } finally {
    rmSync(file)
    await service?.close()
  }
}

const SERVICE = 'https://host.com'

/** With decorators as NestJS uses them. */
const TYPESCRIPT: TransformOptions = {
  loader: 'ts',
  tsconfigRaw: { compilerOptions: { experimentalDecorators: true, verbatimModuleSyntax: true } },
}

function isFile(path: string): boolean {
  try {
    readFileSync(path)
    return true
  } catch {
    return false
  }
}
