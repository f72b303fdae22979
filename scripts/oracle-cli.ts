/**
 * Creates models on a running platform with its own command, `nemo models create NAME --input-file FILE`: the examples, and
 * generated manifests that `check --for nemo-cli` passes. Each of them must be taken.
 *
 *     npm run oracle:cli                             200 manifests; installs the platform first if needed
 *     npm run oracle:cli -- --count 50 --seed 7      other manifests; the same seed gives the same ones
 *
 * `--python PATH` uses the Python of an existing installation.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { checkSource } from '../src/manifest/check-source.js'
import { NO_POLICY } from '../src/manifest/policy.js'
import { RunningPlatform } from '../test/oracle/http/platform.js'
import { platformPython } from '../test/oracle/installation.js'
import { Random } from '../test/oracle/random.js'
import { manifests } from '../test/oracle/yaml/manifests.js'

const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    python: { type: 'string' },
  },
})

const DRIVER = fileURLToPath(new URL('../test/oracle/yaml/nemo_create.py', import.meta.url))
const examples = fileURLToPath(new URL('../examples', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'oracle-cli-'))
const python = platformPython(flags.python)
const files = [...exampleFiles(), ...generatedFiles(Number(flags.count), new Random(Number(flags.seed)))]
const platform = await RunningPlatform.start(python)
let refused = 0
try {
  const input = files.map((path, index) => `${JSON.stringify([path, `checked-${index}`])}\n`).join('')
  const env = { ...process.env, NMP_BASE_URL: platform.origin, HOME: folder }
  const { stdout, stderr } = spawnSync(python, [DRIVER], { input, env, encoding: 'utf8', maxBuffer: 2 ** 28 })
  const answers = stdout.trimEnd().split('\n')
  if (answers.length !== files.length) throw new Error(`the command has ended early: ${stderr.slice(-2000)}`)
  for (const [index, answer] of answers.entries()) {
    const [code, said]: [number, string] = JSON.parse(answer)
    // The examples name filesets that an empty platform does not have: the service itself has read the request.
    if (code === 0 || /\(400\)\s+Fileset\s+'[^']*'\s+not\s+found/.test(said)) continue
    refused += 1
    console.log(`refused: ${files[index]}\n${readFileSync(files[index] ?? '', 'utf8').slice(0, 1000)}\n  ${said}`)
  }
} finally {
  await platform.stop()
  rmSync(folder, { recursive: true })
}
console.log(`${files.length} manifests: ${refused} refused`)
process.exitCode = refused > 0 ? 1 : 0

/** The examples that the command may read: one request in one file. */
function exampleFiles(): string[] {
  const names = readdirSync(examples).filter((name) => /\.(?:yaml|json)$/.test(name))
  return names.map((name) => join(examples, name)).filter(passes)
}

/** Generated manifests without references to what the platform does not have. */
function generatedFiles(count: number, random: Random): string[] {
  const found: string[] = []
  for (let tried = 0; found.length < count; tried += 1) {
    for (const { extension, text } of manifests(1, random)) {
      if (/project|fileset|base_model|trust_remote_code/.test(text)) continue
      const path = join(folder, `${tried}.${extension}`)
      writeFileSync(path, text)
      if (passes(path)) found.push(path)
    }
  }
  return found
}

function passes(path: string): boolean {
  const severityOf = (code: string) => (code === 'yaml-1.1-type' ? ('error' as const) : undefined)
  const policy = { ...NO_POLICY, severityOf }
  const { check } = checkSource(readFileSync(path), { file: path, target: 'nemo-cli', policy, name: 'name' })
  return check.counts.error === 0 && check.diagnostics.every(({ code }) => code !== 'name-not-accepted')
}
