/** What the tests of the quick package and of the one from a clean clone share. */
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ggufFile } from '../checkpoint/gguf-file.js'
import { type HubServer, hubServer } from '../checkpoint/read/hub/hub-server.js'
import { install, type Packed, ROOT, run, withFrameworks } from './packed.js'

/** An installed package. */
export interface Installed {
  readonly packed: Packed
  /** A folder with the installed package and the frameworks. */
  readonly servers: string
  readonly hub: HubServer
}

/** Installs a package, with what the smoke test reads. */
export async function installed(packed: Packed): Promise<Installed> {
  await install(packed)
  const servers = await withFrameworks(packed)
  const config = { model_type: 'llama', hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2 }
  const hub = await hubServer({ 'org/model': { files: { 'config.json': Buffer.from(JSON.stringify(config)) } } })
  await writeFile(
    join(packed.folder, 'model.gguf'),
    ggufFile(GGUF, [{ name: 'token_embd.weight', shape: [4, 8], type: 0 }]),
  )
  return { packed, servers, hub }
}

const GGUF = { 'general.architecture': 'llama', 'llama.block_count': 2, 'llama.embedding_length': 4 }

/** Every file of the package matches one of these, and each of these is matched. */
const NEEDED = [
  /^dist\/(?:checkpoint\/|schemas\/)?[\w-]+\.js$/,
  /^dist\/(?:checkpoint\/|schemas\/)?[\w-]+(?:\.d-[\w-]+)?\.d\.ts$/,
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

/** Checks that a package holds what a user needs, and no more. */
export function expectNeeded({ paths }: Packed): void {
  expect(paths.filter((path) => !NEEDED.some((pattern) => pattern.test(path)))).toEqual([])
  for (const pattern of NEEDED)
    expect(
      paths.some((path) => pattern.test(path)),
      `${pattern}`,
    ).toBe(true)
}

/** Runs a program that uses each subpath and the command. */
export async function smoke(node: string, { packed, hub }: Installed): Promise<void> {
  const program = join(packed.folder, 'smoke.mjs')
  await copyFile(join(import.meta.dirname, 'smoke.mjs'), program)
  expect(await run(node, [program, hub.url], packed.folder)).toMatch(/^\d+ subpaths and the command work on Node /)
}

/** TypeScript 6, which tools of this checkout use. */
export const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc')

/** TypeScript 7, which is native: it checks a program in a few seconds, with the declarations of all packages. */
export const NATIVE_COMPILER = join(ROOT, 'node_modules/@typescript/native/bin/tsc')

/** How a program may find its modules. */
export const RESOLUTIONS: readonly Resolution[] = [
  ['node16', 'node16'],
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
]

type Resolution = readonly [module: string, moduleResolution: string]

/** Checks the types of programs that use the package, alone and with frameworks. `ownOptions` is for the declarations themselves. */
export async function expectTyped(
  compiler: string,
  [module, moduleResolution]: Resolution,
  { packed, servers }: Installed,
  ownOptions: readonly string[],
): Promise<void> {
  await copyFile(join(import.meta.dirname, 'typed-program.ts.txt'), join(packed.folder, 'typed.ts'))
  const resolution = ['--module', module, '--moduleResolution', moduleResolution]
  const options = ['--noEmit', '--strict', '--target', 'es2022', ...resolution]
  expect(await compile(compiler, [...options, ...ownOptions, 'typed.ts'], packed.folder)).toBe('')
  // The declarations of the frameworks are not ours to check.
  expect(await compile(compiler, [...options, '--skipLibCheck', 'typed-servers.ts'], servers)).toBe('')
}

/** What the compiler finds: nothing where all types hold. */
export async function compile(compiler: string, options: readonly string[], folder: string): Promise<string> {
  try {
    return await run(process.execPath, [compiler, ...options], folder)
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)
  }
}

/** The program of a development dependency. */
export function tool(path: string): string {
  return join(ROOT, 'node_modules', path)
}
