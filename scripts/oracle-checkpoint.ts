/**
 * Compares what the library derives from configs with what transformers builds and PEFT trains.
 *
 *     pip install -r test/oracle/checkpoint/requirements.txt
 *     npm run oracle:checkpoint -- path/to/config.json ...
 *     npm run oracle:checkpoint -- --python .venv/bin/python --no-lora config.json
 *
 * Prints each difference, and exits with 1 if there are any. Python builds the models without weights, so even a config with
 * 400 billion parameters takes only a few seconds.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { differences } from '../test/oracle/checkpoint/compare.js'

const { values: flags, positionals: paths } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string', default: 'python3' },
    lora: { type: 'boolean', default: true },
  },
  allowNegative: true,
})
if (paths.length === 0) throw new TypeError('Name at least one config.json')

const oracle = fileURLToPath(new URL('../test/oracle/checkpoint/oracle.py', import.meta.url))
let differing = 0
for (const path of paths) {
  const found = differences(JSON.parse(finite(ask(path))), finite(readFileSync(path, 'utf8')))
  differing += found.length > 0 ? 1 : 0
  console.log(
    found.length === 0 ? `${path}: equal` : [`${path}: differs`, ...found.map((line) => `  ${line}`)].join('\n'),
  )
}
process.exitCode = differing > 0 ? 1 : 0

/** The record of a config, as Python writes it. */
function ask(path: string): string {
  const options = flags.lora ? [] : ['--no-lora']
  const { status, stdout, stderr, error } = spawnSync(flags.python, [oracle, ...options, path], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${flags.python} ended with ${status}: ${stderr.slice(-2000)}`)
  return stdout
}

/** Replaces Python's numbers that JSON does not have. */
function finite(text: string): string {
  return text.replaceAll(/\bInfinity\b/g, '1e999')
}
