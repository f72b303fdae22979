import { existsSync } from 'node:fs'
import { copyFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { thirdPartyLicenses } from '../../scripts/build/third-party-licenses.js'
import { ggufFile } from '../checkpoint/gguf-file.js'
import { type HubServer, hubServer } from '../checkpoint/read/hub/hub-server.js'
import { install, type Packed, packClone, ROOT, run, withFrameworks } from './packed.js'

/** The other Nodes that the package supports, where they are installed. */
const OTHER_NODES = ['20', '22', '24', '26']
  .filter((version) => version !== process.versions.node.split('.')[0])
  .map((version) => {
    const program = join(ROOT, `.cache/node/${version}/node_modules/node/bin/node`)
    return { version, program: existsSync(program) ? program : undefined }
  })

/**
 * The TypeScripts that the types are tried with: that of this checkout, and others where they are installed. The last is the
 * fastest, and alone checks the declarations themselves: those of typebox take the others fifteen seconds.
 */
const TYPESCRIPTS = [
  { name: 'of this checkout', compiler: join(ROOT, 'node_modules/typescript/bin/tsc') },
  ...['5.5', '7.0'].map((name) => ({
    name,
    compiler: join(ROOT, `.cache/typescript/${name}/node_modules/typescript/bin/tsc`),
  })),
]

let packed: Packed
/** A folder with the installed package and the frameworks. */
let servers: string
let hub: HubServer

beforeAll(async () => {
  packed = await packClone()
  await install(packed)
  servers = await withFrameworks(packed)
  const config = { model_type: 'llama', hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2 }
  hub = await hubServer({ 'org/model': { files: { 'config.json': Buffer.from(JSON.stringify(config)) } } })
  await writeFile(
    join(packed.folder, 'model.gguf'),
    ggufFile(GGUF, [{ name: 'token_embd.weight', shape: [4, 8], type: 0 }]),
  )
}, 600_000)

afterAll(async () => {
  await hub?.close()
  if (packed) await rm(packed.folder, { recursive: true, force: true })
})

const GGUF = { 'general.architecture': 'llama', 'llama.block_count': 2, 'llama.embedding_length': 4 }

describe('the package, packed from a clean clone', () => {
  it('holds what a user needs, and no more', () => {
    const needed = [
      /^dist\/(?:checkpoint\/|schemas\/)?[\w-]+\.js$/,
      /^dist\/(?:checkpoint\/|schemas\/)?[\w-]+\.d\.ts$/,
      /^dist\/cli\/quick-worker\.js$/,
      /^dist\/page\/index\.html$/,
      /^schemas\/(?:page\/)?(?:2020-12|draft-07)\/\w+\.json$/,
      /^schemas\/(?:page\/)?openapi-3\.[01]\.json$/,
      /^schemas\/editor\/manifest\.json$/,
      /^schemas\/config\.json$/,
      /^docs\/(?:errors|lint-rules)\.md$/,
      /^man\/model-entity\.1$/,
      /^problem-matcher\.json$/,
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
    const { packages } = JSON.parse(await readFile(join(packed.folder, 'node_modules/.package-lock.json'), 'utf8'))
    expect(Object.keys(packages)).toContain('node_modules/model-entity')
    expect(Object.keys(packages).length).toBeLessThanOrEqual(5)
    const commands = await readdir(join(packed.folder, 'node_modules/.bin'))
    expect([...new Set(commands.map((name) => name.replace(/\.\w+$/, '')))]).toEqual(['model-entity'])
  })

  for (const { name, compiler } of TYPESCRIPTS) {
    const isThere = existsSync(compiler)
    const title = isThere ? '' : ` (not run: not in .cache/typescript/${name}; .ci/run puts it there)`
    it.skipIf(!isThere).each([
      ['node16', 'node16'],
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ])(`has its types for TypeScript ${name}, module %s, resolution %s${title}`, async (module, moduleResolution) => {
      await copyFile(join(import.meta.dirname, 'typed-program.ts.txt'), join(packed.folder, 'typed.ts'))
      const options = ['--noEmit', '--strict', '--target', 'es2022', ...(name === '7.0' ? [] : ['--skipLibCheck'])]
      const resolution = ['--module', module, '--moduleResolution', moduleResolution]
      expect(await compile(compiler, [...options, ...resolution, 'typed.ts'])).toBe('')
      // The declarations of the frameworks are not ours to check.
      expect(await compile(compiler, [...options, ...resolution, '--skipLibCheck', 'typed-servers.ts'], servers)).toBe(
        '',
      )
    })
  }
})

describe('a program that uses the packed package', () => {
  it(`works on Node ${process.versions.node}`, () => smoke(process.execPath))

  for (const { version, program } of OTHER_NODES) {
    const title = program === undefined ? ` (not run: not in .cache/node/${version}; .ci/run puts it there)` : ''
    it.skipIf(program === undefined)(`works on Node ${version}${title}`, () => smoke(program ?? ''))
  }

  it('works on every Node, and is tried with every TypeScript, that the environment asks for', () => {
    const foundNodes = OTHER_NODES.filter(({ program }) => program !== undefined).map(({ version }) => version)
    expect(asked('SMOKE_NODES').filter((version) => !foundNodes.includes(version))).toEqual([])
    const foundTypeScripts = TYPESCRIPTS.filter(({ compiler }) => existsSync(compiler)).map(({ name }) => name)
    expect(asked('SMOKE_TYPESCRIPTS').filter((version) => !foundTypeScripts.includes(version))).toEqual([])
  })
})

describe('the packed package beside typebox 1', () => {
  const folder = (): string => join(packed.folder, 'beside')

  beforeAll(async () => {
    await cp(join(packed.folder, 'node_modules'), join(folder(), 'node_modules'), { recursive: true })
    await cp(join(ROOT, 'node_modules/typebox'), join(folder(), 'node_modules/typebox'), { recursive: true })
    await writeFile(join(folder(), 'package.json'), '{ "private": true, "type": "module" }')
    await copyFile(join(import.meta.dirname, 'typed-typebox-1.ts.txt'), join(folder(), 'typed.ts'))
    await copyFile(join(import.meta.dirname, 'typebox-1.mjs'), join(folder(), 'typebox-1.mjs'))
  }, 60_000)

  it('has definitions that typebox 1 compiles', async () => {
    expect(await run(process.execPath, ['typebox-1.mjs'], folder())).toContain('typebox 1 works')
  })

  for (const { name, compiler } of TYPESCRIPTS) {
    const isThere = existsSync(compiler)
    const title = isThere ? '' : ` (not run: not in .cache/typescript/${name}; .ci/run puts it there)`
    it.skipIf(!isThere)(`has their types for TypeScript ${name}${title}`, async () => {
      const options = [
        '--noEmit',
        '--strict',
        '--target',
        'es2022',
        '--skipLibCheck',
        '--module',
        'nodenext',
        'typed.ts',
      ]
      expect(await compile(compiler, options, folder())).toBe('')
    })
  }
})

async function smoke(node: string): Promise<void> {
  const program = join(packed.folder, 'smoke.mjs')
  await copyFile(join(import.meta.dirname, 'smoke.mjs'), program)
  expect(await run(node, [program, hub.url], packed.folder)).toMatch(/^\d+ subpaths and the command work on Node /)
}

/** What the compiler finds: nothing where all types hold. */
async function compile(compiler: string, options: readonly string[], folder = packed.folder): Promise<string> {
  try {
    return await run(process.execPath, [compiler, ...options], folder)
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)
  }
}

function asked(variable: string): string[] {
  return (process.env[variable] ?? '').split(' ').filter((version) => version !== '')
}

function tool(path: string): string {
  return join(ROOT, 'node_modules', path)
}
