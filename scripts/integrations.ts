/**
 * Tries what the package brings for other tools in those tools: completion in shells, the manual page, hooks of pre-commit, workflows, the
 * Dockerfile, reports in reviewdog and Jenkins.
 *
 *     npm run test:integrations                       everything; what a machine does not have is skipped, and said
 *     npm run test:integrations -- bash reviewdog     only what has these words in its title
 *     npm run test:integrations -- --from-source      also lets pre-commit build the package, which takes minutes
 */
import { parseArgs } from 'node:util'
import { DOCKER_INTEGRATIONS } from '../test/integrations/docker.js'
import { type Integration, isThere } from '../test/integrations/integration.js'
import { JENKINS_INTEGRATION } from '../test/integrations/jenkins.js'
import { MANUAL_INTEGRATIONS } from '../test/integrations/manual.js'
import { preCommitIntegration } from '../test/integrations/pre-commit.js'
import { REVIEWDOG_INTEGRATION } from '../test/integrations/reviewdog.js'
import { SHELL_INTEGRATIONS } from '../test/integrations/shells.js'
import { WORKFLOW_INTEGRATION } from '../test/integrations/workflows.js'
import { NotInstalled } from '../test/languages/install.js'

const { values: flags, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { 'from-source': { type: 'boolean', default: false } },
})

const INTEGRATIONS: readonly Integration[] = [
  ...SHELL_INTEGRATIONS,
  ...MANUAL_INTEGRATIONS,
  WORKFLOW_INTEGRATION,
  ...DOCKER_INTEGRATIONS,
  REVIEWDOG_INTEGRATION,
  JENKINS_INTEGRATION,
  preCommitIntegration(false),
  ...(flags['from-source'] ? [preCommitIntegration(true)] : []),
]

const counts = { passed: 0, failed: 0, skipped: 0 }
for (const { title, needs, run } of INTEGRATIONS.filter(({ title }) => isWanted(title))) {
  const missing = needs.filter((program) => !isThere(program))
  if (missing.length > 0) {
    counts.skipped += 1
    console.log(`skip  ${title}: no ${missing.join(', no ')} on this machine`)
    continue
  }
  const start = Date.now()
  const { faults, notInstalled } = outcomeOf(run)
  if (notInstalled !== undefined) {
    counts.skipped += 1
    console.log(`skip  ${title}: cannot be installed: ${notInstalled}`)
    continue
  }
  counts[faults.length === 0 ? 'passed' : 'failed'] += 1
  console.log(`${faults.length === 0 ? 'ok   ' : 'FAIL '} ${title}, ${((Date.now() - start) / 1000).toFixed(0)} s`)
  for (const fault of faults) console.log(`        ${fault.replaceAll('\n', '\n        ')}`)
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exitCode = counts.failed > 0 ? 1 : 0

function isWanted(title: string): boolean {
  return words.length === 0 || words.some((word) => title.toLowerCase().includes(word.toLowerCase()))
}

function outcomeOf(run: Integration['run']): { readonly faults: readonly string[]; readonly notInstalled?: string } {
  try {
    return { faults: run() }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return error instanceof NotInstalled ? { faults: [], notInstalled: message } : { faults: [message] }
  }
}
