import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Place, ServerCheck } from './check.js'

const VERSION = '4.32.5'

/**
 * schemathesis reads the server's `/openapi.json`, and sends what the document allows and what it forbids. All of its checks are on.
 *
 * @param seeds - one run for each
 */
export function schemathesisCheck(seeds: readonly number[], examples: number): ServerCheck {
  return {
    title: `schemathesis ${VERSION}, all checks, seeds ${seeds.join(', ')}, ${examples} examples an operation`,
    needs: ['python'],
    installs: [{ kind: 'pip', folder: 'schemathesis', packages: [`schemathesis==${VERSION}`] }],
    run: async (place) => seeds.flatMap((seed) => faultsOf(place, seed, examples)),
  }
}

function faultsOf({ origin, folder, at }: Place, seed: number, examples: number): string[] {
  const args = ['run', `${origin}/openapi.json`, '--checks', 'all', '--no-color', '--continue-on-failure']
  const { status, stdout, stderr } = spawnSync(
    at('schemathesis/bin/schemathesis'),
    [...args, '--seed', String(seed), '--max-examples', String(examples)],
    { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 },
  )
  if (status === 0) return []
  const log = join(folder, `seed-${seed}.log`)
  writeFileSync(log, `${stdout}\n${stderr}`)
  const [, failures = stderr] = /(^ {2}❌ ST[\s\S]*?)\n\n/m.exec(stdout) ?? []
  return [`seed ${seed} (all of it: ${log}):`, ...failures.split('\n')]
}
