import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Check } from './check.js'
import type { Command } from './command.js'
import { CommandError, run } from './shell.js'
import { CACHE, ROOT } from './workspace.js'

/** An implementation of the conformance suite, and how many answers are the service's. docs/languages.md shows these numbers. */
export interface Implementation {
  readonly name: string
  readonly needs: Check['needs']
  readonly build?: () => void
  readonly command: () => Command
  readonly counts: Counts
}

/** Answers like the service's, of those asked. No number where the program does not answer that much. */
export interface Counts {
  readonly asked: number
  readonly verdict: number
  readonly detail?: readonly [same: number, of: number]
  readonly value?: readonly [same: number, of: number]
}

const OUT = join(CACHE, 'out')
const GO = join(OUT, 'conformance-go')

/** The implementations that the suite is run over. */
export const IMPLEMENTATIONS: readonly Implementation[] = [
  {
    name: 'model-entity',
    needs: ['node'],
    command: () => [process.execPath, 'dist/cli.js', 'validate', '--serve'],
    counts: { asked: 19_033, verdict: 19_033, detail: [11_446, 11_446], value: [7587, 7587] },
  },
  {
    name: 'pydantic, with classes generated from OpenAPI 3.1',
    needs: ['python'],
    command: () => [
      join(CACHE, 'datamodel/bin/python'),
      'conformance/implementations/pydantic_generated.py',
      join(OUT, 'datamodel-code-generator/generated/models.py'),
    ],
    counts: { asked: 18_652, verdict: 18_513, detail: [10_826, 11_143], value: [6892, 7509] },
  },
  {
    name: 'Go code that ogen generates from OpenAPI 3.0',
    needs: ['go'],
    build: () => {
      rmSync(GO, { recursive: true, force: true })
      mkdirSync(GO, { recursive: true })
      for (const name of ['generated', 'go.mod', 'go.sum'])
        cpSync(join(OUT, 'ogen', name), join(GO, name), { recursive: true })
      cpSync(join(ROOT, 'conformance/implementations/go/main.go'), join(GO, 'main.go'))
      run(['go', 'mod', 'tidy'], { cwd: GO })
      run(['go', 'build', '-o', 'conformance', '.'], { cwd: GO })
    },
    command: () => [join(GO, 'conformance')],
    counts: { asked: 11_899, verdict: 9893 },
  },
]

/** Runs the suite over each implementation. They are made of what generators made before. */
export const CONFORMANCE_CHECKS: readonly Check[] = IMPLEMENTATIONS.map((implementation) => ({
  title: `conformance: ${implementation.name}`,
  needs: implementation.needs,
  limits: [],
  run: () => {
    implementation.build?.()
    const { asked, faults } = compared(implementation)
    return { steps: `${asked} cases`, faults }
  },
}))

function compared({ command, counts }: Implementation): { asked: number; faults: string[] } {
  const file = join(CACHE, 'conformance.json')
  rmSync(file, { force: true })
  let printed = ''
  try {
    run([process.execPath, 'conformance/run.mjs', '--show', '3', '--json', file, '--', ...command()], { cwd: ROOT })
  } catch (error) {
    // It exits with 1 where an answer differs: the numbers say whether that is as it was.
    if (!(error instanceof CommandError) || !existsSync(file)) throw error
    printed = error.message
  }
  const { asked, verdict, detail, refused, value, taken } = JSON.parse(readFileSync(file, 'utf8'))
  const found: Counts = {
    asked,
    verdict,
    ...(counts.detail && { detail: [detail, refused] }),
    ...(counts.value && { value: [value, taken] }),
  }
  const isAsBefore = JSON.stringify(found) === JSON.stringify(counts)
  return { asked, faults: isAsBefore ? [] : [`${JSON.stringify(found)}, not ${JSON.stringify(counts)}`, printed] }
}
