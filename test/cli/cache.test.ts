import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CheckChoices } from '../../src/cli/check/check-choices.js'
import { checkFiles } from '../../src/cli/check/check-files.js'
import { runCli } from './run-cli.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cache-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** The reports of all files, as far as formats look at them. */
async function reports(choices: Partial<CheckChoices>): Promise<unknown[]> {
  const all: unknown[] = []
  const given = {
    workspace: 'default',
    maxDiagnostics: 1000,
    exclude: [],
    usesGitRules: true,
    isForced: false,
    config: {},
    complete: false,
    reports: [],
  }
  for await (const group of checkFiles([join(folder, 'models')], { ...given, ...choices })) {
    for (const { name, how, check, source } of group) {
      const places = check.diagnostics.map(({ line, column }) => source.offsetOf(line, column))
      all.push(JSON.parse(JSON.stringify({ name, how, check, places })))
    }
  }
  return all
}

const text = fc.constantFrom(
  'name: ab\n',
  '\ufeffname: "ab"\ntrust_remote_code: true\n',
  'name: cd\nbase_model: ab\nmodel_providers: [x/y, "1"]\n',
  'name: {a: b}\nadapters: [1, {model: ab}]\n',
  'name: ab # é\nfileste: "é𝔸"\n',
  'name: ef\nspec: {num_layers: forty}\n',
  'name: gh\ncustom_fields: {password: hunter22}\nhunter22: 1\n',
  '- {name: ab}\n- {name: ab}\n',
  'kind: x\napiVersion: y\n',
  'name: [\n',
  'name: ij\ntrust_remote_code: yes\n# model-entity-disable-next-line duplicate-entity -- why\ndescription: no\n',
)
const config = fc.constantFrom(
  undefined,
  'rules: { trust-remote-code: error }\n',
  'rules: { unknown-field: off }\noverrides:\n  - { files: [a.yaml], rules: { unknown-field: error } }\n',
  'complete: true\n',
)
const step = fc.record({
  files: fc.dictionary(fc.constantFrom('a.yaml', 'b.yaml', 'c.yaml'), fc.option(text), { minKeys: 1 }),
  config,
  choices: fc.record({
    complete: fc.boolean(),
    maxDiagnostics: fc.constantFrom(1, 1000),
    workspace: fc.constantFrom('default', 'x'),
  }),
  name: fc.constantFrom(undefined, 'filled'),
})

describe('check --cache', () => {
  it('never gives a stale answer, whatever is edited', async () => {
    let cached = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (steps) => {
        rmSync(join(folder, 'models'), { recursive: true, force: true })
        mkdirSync(join(folder, 'models'))
        for (const { files, config: settings, choices, name } of steps) {
          for (const [file, content] of Object.entries(files)) {
            if (content === null) rmSync(join(folder, 'models', file), { force: true })
            else writeFileSync(join(folder, 'models', file), content)
          }
          if (settings === undefined) rmSync(join(folder, 'models/model-entity.config.yaml'), { force: true })
          else writeFileSync(join(folder, 'models/model-entity.config.yaml'), settings)
          const all = { ...choices, ...(name !== undefined && { name }) }
          const plain = await reports(all)
          expect(await reports({ ...all, cache: join(folder, 'cache') })).toEqual(plain)
          cached += Object.keys(JSON.parse(readCache() ?? '{"checks":{}}').checks).length
        }
      }),
      { numRuns: 20 },
    )
    expect(cached).toBeGreaterThan(60)
  })

  it('takes what is cached, keeps it out of Git and of the search, and outlives damage', () => {
    mkdirSync(join(folder, 'models'))
    writeFileSync(join(folder, 'models/a.yaml'), 'name: ab\ntrust_remote_code: true\n')
    const args = ['check', '.', '--cache', '--format', 'concise']
    const first = runCli(args, { cwd: folder })
    expect(first.stdout).toContain('trust-remote-code')
    const file = join(folder, '.model-entity-cache/check.cache')
    expect(readFileSync(join(folder, '.model-entity-cache/.gitignore'), 'utf8')).toBe('*\n')
    const kept = readFileSync(file, 'utf8')
    writeFileSync(file, kept.replace('code from the checkpoint', 'this is from the cache, code'))
    expect(runCli(args, { cwd: folder }).stdout).toContain('this is from the cache')
    for (const damaged of ['', '{', '[]', '{"format":0,"checks":{}}']) {
      writeFileSync(file, damaged)
      expect(runCli(args, { cwd: folder })).toEqual(first)
    }
    writeFileSync(join(folder, 'plain'), '')
    const unwritable = runCli([...args.slice(0, 2), '--cache-location', 'plain/x', '--format', 'concise'], {
      cwd: folder,
    })
    expect(unwritable.stderr).toMatch(/^note: the cache cannot be written: /)
    expect(unwritable.stdout).toBe(first.stdout)
  })
})

function readCache(): string | undefined {
  try {
    return readFileSync(join(folder, 'cache/check.cache'), 'utf8')
  } catch {
    return undefined
  }
}
