/**
 * Runs the code generators and validators of other languages on the artifacts in schemas/, with the toolchains of this machine.
 *
 *     npm run test:languages                      everything
 *     npm run test:languages -- ogen typify       only the tools with these words in their names or languages
 *     npm run test:languages -- --seed 7          other entities; --count 1000 more of them
 *
 * Tools are installed in .cache/languages, in the versions of test/languages, and reused by the next run.
 */
import { parseArgs } from 'node:util'
import type { Check, Outcome } from '../test/languages/check.js'
import { checkGenerator } from '../test/languages/check-generator.js'
import { CONFORMANCE_CHECKS } from '../test/languages/conformance.js'
import { EXAMPLE_CHECKS } from '../test/languages/examples.js'
import { GENERATORS } from '../test/languages/generators/index.js'
import { NotInstalled } from '../test/languages/install.js'
import { samples } from '../test/languages/samples.js'
import { TOOLCHAIN_NAMES, versionOf } from '../test/languages/toolchains.js'
import { VALIDATOR_CHECKS } from '../test/languages/validators/tools.js'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '200' }, seed: { type: 'string', default: '20260115' } },
})
const entities = samples(Number(flags.count), Number(flags.seed))
const words = positionals.map((word) => word.toLowerCase())
console.log(`the page's example and ${flags.count} entities of seed ${flags.seed}`)

const checks: readonly Check[] = [
  ...GENERATORS.map((tool) => ({
    title: `${tool.name} ${tool.version} (${tool.language}, ${tool.artifact})`,
    needs: tool.needs,
    limits: (tool.limits ?? []).map(({ text }) => text),
    run: () => checkGenerator(tool, entities),
  })),
  ...CONFORMANCE_CHECKS,
  ...VALIDATOR_CHECKS,
  ...EXAMPLE_CHECKS,
]

for (const name of TOOLCHAIN_NAMES) console.log(`${name}: ${versionOf(name) ?? 'not on this machine'}`)
let passed = 0
let failed = 0
const skipped: string[] = []
for (const { title, needs, limits, run } of checks.filter(({ title }) => isWanted(title))) {
  const missing = needs.filter((toolchain) => versionOf(toolchain) === undefined)
  if (missing.length > 0) {
    skipped.push(title)
    console.log(`skip  ${title}: no ${missing.join(', no ')} on this machine`)
    continue
  }
  const start = Date.now()
  const { steps, faults, notInstalled } = outcomeOf(run)
  if (notInstalled !== undefined) {
    skipped.push(title)
    console.log(`skip  ${title}: cannot be installed: ${notInstalled}`)
    continue
  }
  const seconds = `${((Date.now() - start) / 1000).toFixed(0)} s`
  if (faults.length === 0) passed += 1
  else failed += 1
  console.log(`${faults.length === 0 ? 'ok   ' : 'FAIL '} ${title}: ${steps}, ${seconds}`)
  for (const fault of faults) console.log(`        ${fault.replaceAll('\n', '\n        ')}`)
  for (const limit of limits) console.log(`      limit: ${limit}`)
}
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`)
process.exitCode = failed > 0 ? 1 : 0

function isWanted(title: string): boolean {
  return words.length === 0 || words.some((word) => title.toLowerCase().includes(word))
}

function outcomeOf(check: () => Outcome): Outcome & { readonly notInstalled?: string } {
  try {
    return check()
  } catch (error) {
    if (error instanceof NotInstalled) return { steps: 'not installed', faults: [], notInstalled: error.message }
    return { steps: 'stopped', faults: [error instanceof Error ? error.message : String(error)] }
  }
}
