/** Builds the command: dist/cli.js and what it loads. `npm run build` runs this after the library is built. */
import { chmod } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { commandBundle } from './command-bundle.js'

await commandBundle(true)
await chmod(fileURLToPath(new URL('../../dist/cli.js', import.meta.url)), 0o755)
