/**
 * The package, packed from this checkout and installed. `clone.proof.ts` does it from a clean clone, and tries every Node and
 * TypeScript.
 */
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { thirdPartyLicenses } from '../../scripts/build/third-party-licenses.js'
import { expectNeeded, expectTyped, type Installed, installed, NATIVE_COMPILER, smoke, tool } from './installed.js'
import { besideTypebox1, type Packed, packBuilt, ROOT, run } from './packed.js'

let packed: Packed
let installation: Installed

beforeAll(async () => {
  packed = await packBuilt()
  installation = await installed(packed)
}, 120_000)

afterAll(async () => {
  await installation?.hub.close()
  if (packed) await rm(packed.folder, { recursive: true, force: true })
})

describe('the package', () => {
  it('holds what a user needs, and no more', () => expectNeeded(packed))

  it('holds every file that its manifest points to', async () => {
    const { exports, bin, man } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
    const files = JSON.stringify([exports, bin, man]).match(/\b(?:dist|man)\/[^"]+/g) ?? []
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

  it('carries the licence of all code that it bundles', async () => {
    const notices = await readFile(join(ROOT, 'THIRD-PARTY-LICENSES.txt'), 'utf8')
    expect(notices.replaceAll('\r\n', '\n'), 'stale: run npm run licenses').toBe(await thirdPartyLicenses())
  })
})

describe('the installed package', () => {
  it('is at most five packages, and one command', async () => {
    const { packages } = JSON.parse(
      await readFile(join(installation.packed.folder, 'node_modules/.package-lock.json'), 'utf8'),
    )
    expect(Object.keys(packages)).toContain('node_modules/model-entity')
    expect(Object.keys(packages).length).toBeLessThanOrEqual(5)
    const commands = await readdir(join(installation.packed.folder, 'node_modules/.bin'))
    expect([...new Set(commands.map((name) => name.replace(/\.\w+$/, '')))]).toEqual(['model-entity'])
  })

  it('has its types', () => expectTyped(NATIVE_COMPILER, ['nodenext', 'nodenext'], installation, []))

  it(`works in a program on Node ${process.versions.node}`, () => smoke(process.execPath, installation))
})

describe('the installed package beside typebox 1', () => {
  it('has definitions that typebox 1 compiles', async () => {
    const folder = await besideTypebox1(packed)
    expect(await run(process.execPath, ['typebox-1.mjs'], folder)).toContain('typebox 1 works')
  })
})
