import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../languages/shell.js'
import { ROOT } from '../languages/workspace.js'
import type { Place, ServerCheck } from './check.js'

const VERSION = '7.13.0'

/** What the guide for clients says of the types that openapi-typescript makes itself. */
export const openapiTypescriptCheck: ServerCheck = {
  title: `openapi-typescript ${VERSION} makes defaults required, and our types do not`,
  needs: ['node'],
  installs: [
    // It asks for TypeScript 5.
    {
      kind: 'npm',
      folder: 'openapi-typescript',
      packages: [`openapi-typescript@${VERSION}`, 'typescript@5.9.3', 'openapi-fetch@0.17.0'],
    },
  ],
  run: async (place) => {
    const ours = join(ROOT, 'src/openapi-types/generated/openapi-types.ts')
    return [
      ...expectation(place, 'its defaults', generated(place, 'defaults', []), false),
      ...expectation(place, 'optional defaults', generated(place, 'optional', ['--default-non-nullable=false']), true),
      ...expectation(place, 'our types', ours, true),
    ]
  },
}

function generated({ folder, at }: Place, name: string, flags: readonly string[]): string {
  const file = join(folder, `${name}.ts`)
  const cli = at('openapi-typescript/node_modules/openapi-typescript/bin/cli.js')
  run([process.execPath, cli, join(ROOT, 'schemas/openapi-3.1.json'), '-o', file, ...flags], { cwd: folder })
  return file
}

/** Whether a request with a name only compiles. */
function expectation(place: Place, what: string, types: string, isRight: boolean): string[] {
  const modules = place.at('openapi-typescript/node_modules')
  const program = join(place.folder, `program-${what.replaceAll(' ', '-')}.ts`)
  writeFileSync(
    program,
    `import createClient from '${modules}/openapi-fetch/dist/index.mjs'
import type { paths } from '${types.replace(/\.ts$/, '.js')}'
const client = createClient<paths>({ baseUrl: 'https://host.com' })
await client.POST('/apis/models/v2/workspaces/{workspace}/models', {
  params: { path: { workspace: 'default' } },
  body: { name: 'm' },
})
`,
  )
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext']
  const { status, stdout } = spawnSync(process.execPath, [join(modules, 'typescript/bin/tsc'), ...options, program], {
    cwd: place.folder,
    encoding: 'utf8',
  })
  if (status === 0 && !isRight) return [`${what}: { name: 'm' } compiles; the guide for clients says that it does not`]
  if (status === 0 || (!isRight && stdout.includes('TS2739')) || (!isRight && stdout.includes('trust_remote_code')))
    return []
  return [`${what}: ${stdout.trim()}`]
}
