/**
 * `npm start` checks the manifests in examples/, broken ones among them, and shows what is found;
 * `npm start -- path/to/*.yaml` checks the reader's own, with the command's exit code.
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
    'The errors are those of examples/broken, each of which says what it teaches. To check your own: npm start -- FILES',
  )
