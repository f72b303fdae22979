/** `npm start` checks the manifests in examples/; `npm start -- path/to/*.yaml` the reader's own. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const own = process.argv.slice(2)
const args = own.length > 0 ? own : ['examples']
const { status } = spawnSync(process.execPath, [cli, 'check', ...args], { stdio: 'inherit' })
process.exitCode = status ?? 1
