/**
 * `npm start` checks the manifests in examples/, including the broken ones, and prints the result.
 * `npm start -- path/to/*.yaml` checks your own, and exits with the exit code of the command.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const own = process.argv.slice(2)
const { status } = spawnSync(process.execPath, [cli, 'check', ...(own.length > 0 ? own : ['examples'])], {
  stdio: 'inherit',
})
if (own.length > 0) process.exitCode = status ?? 1
else
  console.log(
    'The errors are from examples/broken, where each file says what it shows. To check your own: npm start -- FILES',
  )
