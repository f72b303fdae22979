/** Measures how many bodies a second `model-entity validate --serve` answers: `npm run bench:serve`. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const BODIES = 50_000
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const example = JSON.stringify(
  JSON.parse(readFileSync(new URL('../examples/page/example-response.json', import.meta.url), 'utf8')),
)
const request = (body: string): string => JSON.stringify({ id: 1, model: 'ModelEntity', body })

report('bodies', ['--model', 'ModelEntity'], example)
report('requests', [], request(example))
report('requests with errors', [], request('{"name": 1, "spec": {}}'))

function report(what: string, args: readonly string[], line: string): void {
  const start = performance.now()
  const { stdout } = spawnSync(process.execPath, [cli, 'validate', '--serve', ...args], {
    input: `${line}\n`.repeat(BODIES),
    maxBuffer: 2 ** 30,
  })
  const seconds = (performance.now() - start) / 1000
  const answers = stdout.toString('latin1').split('\n').length - 1
  console.log(`${what}: ${answers} answers, ${Math.round(answers / seconds).toLocaleString('en')} a second`)
}
