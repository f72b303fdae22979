import { existsSync } from 'node:fs'
import { copyFile, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import tsup from '../../tsup.config.js'
import { install, type Packed, pack, ROOT, run } from './packed.js'

/** The other Nodes that the package supports, where they are installed. */
const OTHER_NODES = ['20', '22', '24', '26']
  .filter((version) => version !== process.versions.node.split('.')[0])
  .map((version) => {
    const program = join(ROOT, `.cache/node/${version}/node_modules/node/bin/node`)
    return { version, program: existsSync(program) ? program : undefined }
  })

let packed: Packed

beforeAll(async () => {
  packed = await pack()
  await install(packed)
}, 120_000)

afterAll(() => rm(packed.folder, { recursive: true, force: true }))

describe('the packed package', () => {
  it('holds what a user needs, and no more', () => {
    const needed = [
      /^dist\/(?:checkpoint\/)?[\w-]+\.js$/,
      /^dist\/(?:checkpoint\/)?[\w-]+\.d\.ts$/,
      /^dist\/page\/index\.html$/,
      /^schemas\/(?:2020-12|draft-07)\/\w+\.json$/,
      /^schemas\/openapi-3\.[01]\.json$/,
      /^(?:README\.md|CHANGELOG\.md|LICENSE|THIRD-PARTY-LICENSES\.txt|package\.json)$/,
    ]
    expect(packed.paths.filter((path) => !needed.some((pattern) => pattern.test(path)))).toEqual([])
    for (const pattern of needed)
      expect(
        packed.paths.some((path) => pattern.test(path)),
        `${pattern}`,
      ).toBe(true)
  })

  it('holds every file that its manifest points to', async () => {
    const { exports, bin } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
    const files = JSON.stringify([exports, bin]).match(/\bdist\/[^"]+/g) ?? []
    expect(files.length).toBeGreaterThan(20)
    expect(files.filter((path) => !packed.paths.includes(path))).toEqual([])
  })

  it('has no fault by publint', async () => {
    expect(await run(process.execPath, [tool('publint/src/cli.js'), '--strict', packed.tarball])).toContain('All good!')
  })

  it('resolves with its types for ESM and bundlers, by arethetypeswrong', async () => {
    const cli = tool('@arethetypeswrong/cli/dist/index.js')
    // It exits with 1, which rejects, when it finds a problem that the profile does not ignore.
    const printed = await run(process.execPath, [cli, packed.tarball, '--profile', 'esm-only', '--format', 'table'])
    expect(printed).toContain('model-entity/validation')
  })

  it('stays within the size of each entry', async () => {
    const sizes = JSON.parse(await run(process.execPath, [tool('size-limit/bin.js'), '--json']))
    expect(sizes.length).toBeGreaterThan(5)
    expect(sizes.filter(({ passed }: { passed: boolean }) => !passed)).toEqual([])
  })

  it('carries the licence of each package that it bundles', async () => {
    const notices = await readFile(join(ROOT, 'THIRD-PARTY-LICENSES.txt'), 'utf8')
    const bundled = Array.isArray(tsup) || typeof tsup === 'function' ? [] : (tsup.noExternal ?? [])
    expect(bundled.length).toBeGreaterThan(0)
    for (const name of bundled) expect(notices).toMatch(new RegExp(`^-+\\n${name}\\n`, 'm'))
  })
})

describe('a program that uses the packed package', () => {
  it(`works on Node ${process.versions.node}`, () => smoke(process.execPath))

  for (const { version, program } of OTHER_NODES) {
    const title = program === undefined ? ` (not run: not in .cache/node/${version}; .ci/run puts it there)` : ''
    it.skipIf(program === undefined)(`works on Node ${version}${title}`, () => smoke(program ?? ''))
  }

  it('works on every Node that the environment asks for', () => {
    const asked = (process.env['SMOKE_NODES'] ?? '').split(' ').filter((version) => version !== '')
    const found = OTHER_NODES.filter(({ program }) => program !== undefined).map(({ version }) => version)
    expect(asked.filter((version) => !found.includes(version))).toEqual([])
  })
})

async function smoke(node: string): Promise<void> {
  const program = join(packed.folder, 'smoke.mjs')
  await copyFile(join(import.meta.dirname, 'smoke.mjs'), program)
  expect(await run(node, [program], packed.folder)).toMatch(/^\d+ subpaths and the command work on Node /)
}

function tool(path: string): string {
  return join(ROOT, 'node_modules', path)
}
