/**
 * Creates models on a running platform with its own command, `nemo models create NAME --input-file FILE`: the examples, and
 * generated manifests.
 *
 * - What `check --for nemo-cli` passes must be created, unless the platform lacks what it refers to, and we say so in its words.
 * - Where the check reports only `yaml-1.1-type`, the command must send what we say it reads, and the service must answer that.
 * - What the platform has stored must be what we say the command reads.
 *
 *     npm run oracle:cli                             200 that are created; installs the platform first if needed
 *     npm run oracle:cli -- --count 50 --seed 7      other manifests; the same seed gives the same ones
 *     npm run oracle:cli -- --record PATH            writes the generated manifests with what was stored, gzipped
 *
 * `--python PATH` uses the Python of an existing installation.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { writeJson } from '../src/json/index.js'
import { RunningPlatform } from '../test/oracle/http/platform.js'
import { platformPython } from '../test/oracle/installation.js'
import { Random } from '../test/oracle/random.js'
import { type CommandCase, CommandCases } from '../test/oracle/yaml/command-cases.js'
import { differenceOf } from '../test/oracle/yaml/command-differences.js'
import { makeWorld, worldOf } from '../test/oracle/yaml/example-world.js'
import { manifests } from '../test/oracle/yaml/manifests.js'
import { type CommandAnswer, runCommand } from '../test/oracle/yaml/nemo-command.js'
import { writtenRequest } from '../test/oracle/yaml/written-requests.js'

const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    python: { type: 'string' },
    record: { type: 'string' },
  },
})

const examples = fileURLToPath(new URL('../examples', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'oracle-cli-'))
const python = platformPython(flags.python)
const exampleFiles = readdirSync(examples).filter((name) => /\.(?:yaml|json)$/.test(name))
const world = worldOf(exampleFiles.map((name) => join(examples, name)))
const cases = new CommandCases(world)
for (const name of exampleFiles) cases.add(join(examples, name), readFileSync(join(examples, name)))
const exampleCount = cases.all.length
console.log(`${exampleCount} examples that are one request each`)
addGenerated(cases, Number(flags.count), new Random(Number(flags.seed)))

const platform = await RunningPlatform.start(python)
const records: string[] = []
let different = 0
try {
  await makeWorld(platform.origin, world)
  const env = { ...process.env, NMP_BASE_URL: platform.origin, HOME: folder }
  const answers = await runCommand(python, cases.all, env)
  for (const [index, each] of cases.all.entries()) {
    const answer = answers[index] ?? { code: -1, said: '' }
    const stored = answer.code === 0 ? await platform.model('default', each.name) : undefined
    const difference = differenceOf(each, answer, stored)
    if (difference !== undefined) tell(each, difference, answer.said)
    if (index >= exampleCount) records.push(recordOf(each, answer, stored))
  }
} finally {
  await platform.stop()
  rmSync(folder, { recursive: true })
}
const { created, refused, reread } = cases.counts
console.log(
  `${created} manifests to create, ${refused} that the platform refuses as we say, ${reread} that YAML 1.1 changes`,
)
console.log(`${different} differences`)
if (flags.record !== undefined) writeFileSync(flags.record, gzipSync(records.join(''), { level: 9 }))
process.exitCode = different > 0 ? 1 : 0

function addGenerated(cases: CommandCases, count: number, random: Random): void {
  const enough = cases.counts.created + count
  for (let tried = 0; cases.counts.created < enough; tried += 1) {
    const [{ extension, text } = writtenRequest(random)] = random.chance(0.5) ? manifests(1, random) : []
    const path = join(folder, `${tried}.${extension}`)
    writeFileSync(path, text)
    cases.add(path, Buffer.from(text))
  }
}

/** One line of the record: the extension, the text, what the command said, and what was stored. */
function recordOf({ file, bytes, name }: CommandCase, { code, said }: CommandAnswer, stored: unknown): string {
  const extension = file.split('.').at(-1)
  return `${writeJson([extension, bytes.toString(), name, code, code === 0 ? '' : said, stored ?? null])}\n`
}

function tell({ file, bytes, body }: CommandCase, difference: string, said: string): void {
  different += 1
  console.log(`${file}: ${difference}\n${bytes.toString().slice(0, 2000)}`)
  console.log(`  body: ${writeJson(body)}\n  said: ${said.slice(-1000)}`)
}
