import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BackendFormat } from '../../src/schemas/backend-format.js'
import { FinetuningType } from '../../src/schemas/finetuning-type.js'
import { SCHEMA_NAMES } from '../../src/schemas/index.js'
import type { Outcome } from './check.js'
import { install } from './install.js'
import { losses } from './loss.js'
import { run } from './shell.js'
import type { Expectations, GeneratorTool, Limit, Places } from './tool.js'
import { CACHE, PROGRAMS, ROOT } from './workspace.js'

/** Runs a generator on its artifact, compiles the output, reads its text, and sends entities through it. */
export function checkGenerator(tool: GeneratorTool, entities: readonly unknown[]): Outcome {
  const out = join(CACHE, 'out', tool.name.replace(/^\W+/, '').replace(/\W+/g, '-'))
  const places: Places = {
    out,
    artifact: join(ROOT, 'schemas', tool.artifact),
    at: (path) => join(CACHE, path),
  }
  for (const wanted of tool.installs) install(CACHE, wanted)
  rmSync(out, { recursive: true, force: true })
  mkdirSync(join(out, 'generated'), { recursive: true })
  for (const [name, content] of Object.entries(tool.files ?? {})) {
    mkdirSync(dirname(join(out, name)), { recursive: true })
    if (typeof content === 'string') copyFileSync(join(PROGRAMS, content), join(out, name))
    else writeFileSync(join(out, name), content(entities))
  }
  for (const command of tool.generate(places)) run(command, { cwd: out })
  const text = textFaults(textOf(out, tool.sources), tool.says)
  for (const command of tool.compile?.(places) ?? []) run(command, { cwd: out })
  const lost = tool.roundTrip === undefined ? [] : lossesOf(tool, places, entities)
  const steps = [
    'generated',
    ...(tool.compile ? ['compiled'] : []),
    ...(tool.roundTrip ? [`${entities.length} entities`] : []),
  ]
  return { steps: steps.join(', '), faults: [...text, ...lost] }
}

/** The generated code, all files in one text. */
function textOf(folder: string, sources: RegExp): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => sources.test(name))
  return names.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n')
}

function textFaults(text: string, says: Expectations): string[] {
  const declared = new Set([...text.matchAll(says.declared)].map(([, name = '']) => plainName(name)))
  const wanted = SCHEMA_NAMES.map(plainName)
  const lacking = new Set(says.lacks?.map(plainName))
  const missing = wanted.filter((name) => !declared.has(name) && !lacking.has(name))
  const needless = [...lacking].filter((name) => declared.has(name))
  const known = new Set([...wanted, 'httperror'])
  const added = [...declared].filter((name) => !known.has(name) && !says.adds?.test(name))
  const enums = { FinetuningType, BackendFormat }
  const values = Object.entries(enums).flatMap(([name, { enum: each }]) => (lacking.has(plainName(name)) ? [] : each))
  const silent = values.filter((value) => !text.includes(`"${value}"`) && !text.includes(`'${value}'`))
  const words = says.documented === false ? [] : DESCRIPTIONS.filter((words) => !words.test(text))
  return [
    ...missing.map((name) => `no type ${name}`),
    ...needless.map((name) => `a type ${name}, which is said to be lacking`),
    ...added.map((name) => `an unknown type ${name}`),
    ...silent.map((value) => `no enum value ${value}`),
    ...words.map((words) => `no description ${words}`),
    ...(says.count.test(text) ? [] : [`no 64-bit count: ${says.count}`]),
    ...(says.nullable.test(text) ? [] : [`no optional nullable: ${says.nullable}`]),
  ]
}

/** Tools write `MoEConfig` as `MoeConfig` or `mo_e_config`. */
function plainName(name: string): string {
  return name.replace(/\W|_/g, '').toLowerCase()
}

/** The first words of a description of a field, of an object and of the endpoint's answer. */
const DESCRIPTIONS = [/Total model parameters/, /Detailed specification for a model/, /Module name \(e\.g\./]

function lossesOf(tool: GeneratorTool, places: Places, entities: readonly unknown[]): string[] {
  if (tool.roundTrip === undefined) return []
  const input = entities.map((entity) => `${JSON.stringify(entity)}\n`).join('')
  const lines = run(tool.roundTrip(places), { cwd: places.out, input }).trim().split('\n')
  if (lines.length !== entities.length) return [`${lines.length} lines for ${entities.length} entities`]
  const lost = entities.flatMap((entity, index) =>
    losses(entity, JSON.parse(lines[index] ?? '')).map((loss) => `entity ${index}${loss}`),
  )
  return explained(lost, tool.limits ?? [])
}

/** The losses that no limit explains, and the limits that explain none. */
function explained(lost: readonly string[], limits: readonly Limit[]): string[] {
  const patterns = limits.flatMap(({ explains }) => explains ?? [])
  const unexplained = lost.filter((loss) => !patterns.some((pattern) => pattern.test(loss)))
  const idle = patterns.filter((pattern) => !lost.some((loss) => pattern.test(loss)))
  return [
    ...unexplained.slice(0, SHOWN),
    ...(unexplained.length > SHOWN ? [`${unexplained.length - SHOWN} more losses`] : []),
    ...idle.map((pattern) => `a limit that explains nothing: ${pattern}`),
  ]
}

const SHOWN = 8
