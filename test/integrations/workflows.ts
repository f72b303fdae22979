import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { install } from '../languages/install.js'
import { run } from '../languages/shell.js'
import { CACHE, type Integration, ROOT } from './integration.js'

const ACTIONLINT = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12'
const EXAMPLES = join(ROOT, 'examples/ci/github')

/** The workflows of the examples, and the action that they use, in actionlint. */
export const WORKFLOW_INTEGRATION: Integration = {
  title: 'the workflows of the examples in actionlint',
  needs: ['go'],
  run() {
    const known = join(ROOT, '.cache/actionlint/actionlint')
    if (!existsSync(known)) install(CACHE, { kind: 'go', folder: 'actionlint', packages: [ACTIONLINT] })
    const tool = existsSync(known) ? known : join(CACHE, 'actionlint/bin/actionlint')
    const files = readdirSync(EXAMPLES).map((name) => join(EXAMPLES, name))
    run([tool, '-no-color', ...files], { cwd: ROOT })
    return files.length >= 3 ? [] : [`there are only ${files.length} workflows`]
  },
}
