/** The package of a clean clone, on every Node and with every TypeScript that it supports: `npm run test:proofs`. */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  COMPILER,
  compile,
  expectNeeded,
  expectTyped,
  type Installed,
  installed,
  NATIVE_COMPILER,
  RESOLUTIONS,
  smoke,
} from './installed.js'
import { besideTypebox1, type Packed, packBuilt, packClone, ROOT } from './packed.js'

/** The other Nodes that the package supports, where they are installed. */
const OTHER_NODES = ['20', '22', '24', '26']
  .filter((version) => version !== process.versions.node.split('.')[0])
  .map((version) => {
    const program = join(ROOT, `.cache/node/${version}/node_modules/node/bin/node`)
    return { version, program: existsSync(program) ? program : undefined }
  })

/**
 * The TypeScripts that the types are tried with: the oldest that can read them, where it is installed, and those of this checkout. The last is
 * the fastest, and alone checks the declarations themselves: those of typebox take the others fifteen seconds.
 */
const TYPESCRIPTS = [
  { name: '5.5', compiler: join(ROOT, '.cache/typescript/5.5/node_modules/typescript/bin/tsc') },
  { name: '6', compiler: COMPILER },
  { name: '7', compiler: NATIVE_COMPILER },
]

let packed: Packed
let installation: Installed

beforeAll(async () => {
  packed = await packClone()
  installation = await installed(packed)
}, 600_000)

afterAll(async () => {
  await installation?.hub.close()
  if (packed) await rm(packed.folder, { recursive: true, force: true })
})

describe('the package, packed from a clean clone', () => {
  it('holds what a user needs, and no more', () => expectNeeded(packed))

  it('holds the same files as the package of this checkout', async () => {
    const built = await packBuilt()
    await rm(built.folder, { recursive: true, force: true })
    // The names of chunks hold a hash of what is in them.
    const named = (paths: readonly string[]) => paths.map((path) => path.replace(/-\w{8}\./, '.')).sort()
    expect(named(packed.paths)).toEqual(named(built.paths))
  })
})

describe('the installed package', () => {
  for (const { name, compiler } of TYPESCRIPTS) {
    const isThere = existsSync(compiler)
    const title = isThere ? '' : ` (not run: not in .cache/typescript/${name}; .ci/run puts it there)`
    const ownOptions = name === '7' ? [] : ['--skipLibCheck']
    it.skipIf(!isThere).each(RESOLUTIONS)(
      `has its types for TypeScript ${name}, module %s, resolution %s${title}`,
      async (module, resolution) => expectTyped(compiler, [module, resolution], installation, ownOptions),
    )
  }

  it(`works in a program on Node ${process.versions.node}`, () => smoke(process.execPath, installation))

  for (const { version, program } of OTHER_NODES) {
    const title = program === undefined ? ` (not run: not in .cache/node/${version}; .ci/run puts it there)` : ''
    it.skipIf(program === undefined)(`works in a program on Node ${version}${title}`, () =>
      smoke(program ?? '', installation),
    )
  }

  it('works on every Node, and is tried with every TypeScript, that the environment asks for', () => {
    const foundNodes = OTHER_NODES.filter(({ program }) => program !== undefined).map(({ version }) => version)
    expect(asked('SMOKE_NODES').filter((version) => !foundNodes.includes(version))).toEqual([])
    const foundTypeScripts = TYPESCRIPTS.filter(({ compiler }) => existsSync(compiler)).map(({ name }) => name)
    expect(asked('SMOKE_TYPESCRIPTS').filter((version) => !foundTypeScripts.includes(version))).toEqual([])
  })
})

describe('the definitions of the installed package beside typebox 1', () => {
  let folder = ''

  beforeAll(async () => {
    folder = await besideTypebox1(packed)
  }, 60_000)

  for (const { name, compiler } of TYPESCRIPTS) {
    const isThere = existsSync(compiler)
    const title = isThere ? '' : ` (not run: not in .cache/typescript/${name}; .ci/run puts it there)`
    it.skipIf(!isThere)(`have their types for TypeScript ${name}${title}`, async () => {
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
      expect(await compile(compiler, options, folder)).toBe('')
    })
  }
})

function asked(variable: string): string[] {
  return (process.env[variable] ?? '').split(' ').filter((version) => version !== '')
}
