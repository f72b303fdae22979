/**
 * Measures the CPU time of estimates and plans, each first in its process and then again: `npx tsx bench/estimates/speed.ts`.
 *
 * Other processes of the machine hardly change the CPU time, but a child for each model shows what compiling the code takes.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, planGpus } from '../../src/estimate/index.js'

const MODELS = ['llama-3.2-1b', 'qwen3-8b', 'gemma-2-9b', 'gemma-3-1b-it', 'qwen3-30b-a3b', 'deepseek-v3']
const [model] = process.argv.slice(2)
if (model === undefined) printAll()
else process.stdout.write(`${measured(model)}\n`)

function printAll(): void {
  process.stdout.write(
    '| model | method | first estimate | plan after it | another estimate |\n|---|---|---|---|---|\n',
  )
  for (const name of MODELS) {
    const { stdout } = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), name])
    process.stdout.write(stdout)
  }
}

function measured(name: string): string {
  const path = new URL(`../../test/fixtures/checkpoint/configs/${name}.json`, import.meta.url)
  const architecture = architectureFromConfig(JSON.parse(readFileSync(path, 'utf8')))
  const first = cpuMs(() => estimateMemory(architecture, { method: 'full' }))
  const plan = cpuMs(() => planGpus(architecture, { method: 'full' }))
  const again = cpuMs(() => estimateMemory(architecture, { method: 'full', batchSize: 2 }))
  return `| ${name} | full | ${first} ms | ${plan} ms | ${again} ms |`
}

function cpuMs(run: () => unknown): string {
  const start = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(start)
  return ((user + system) / 1000).toFixed(0)
}
