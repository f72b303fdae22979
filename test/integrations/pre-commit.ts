import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Install, install } from '../languages/install.js'
import { run } from '../languages/shell.js'
import { CACHE, type Integration, inFolder, ROOT } from './integration.js'

const TOOL: Install = { kind: 'pip', folder: 'pre-commit', packages: ['pre-commit==4.7.0'] }

/**
 * The hooks in a repository of a user. The repository of the hooks has the built package, so that npm does not build it again; what pre-commit
 * does with the sources is tried by `npm run test:integrations -- --from-source`.
 */
export function preCommitIntegration(isFromSource: boolean): Integration {
  return {
    title: `the hooks of pre-commit${isFromSource ? ', built from the sources' : ''}`,
    needs: ['git', 'python3'],
    run: () => inFolder((folder) => hooks(folder, isFromSource)),
  }
}

function hooks(folder: string, isFromSource: boolean): readonly string[] {
  install(CACHE, TOOL)
  const source = join(folder, 'source')
  if (isFromSource) copySources(source)
  else copyPackage(source)
  const rev = commitAll(source)
  const user = join(folder, 'user')
  mkdirSync(join(user, 'models'), { recursive: true })
  const config = { repos: [{ repo: source, rev, hooks: [{ id: 'model-entity' }, { id: 'model-entity-fix' }] }] }
  const files = {
    '.pre-commit-config.yaml': JSON.stringify(config),
    'package.json': '{"name": "user", "version": "1.0.0"}\n',
    'models/good.yaml': 'name: llama\n',
    'models/bad.yaml': 'name: 5\n',
    'models/misspelt.yaml': 'name: qwen\nbase_model: ab\nfileste: a/b\n',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(user, name), text)
  commitAll(user)
  const env = { ...process.env, PRE_COMMIT_HOME: join(folder, 'home') }
  const tool = join(CACHE, 'pre-commit/bin/pre-commit')
  const ended = spawnSync(tool, ['run', '--all-files', '--verbose'], { cwd: user, env, encoding: 'utf8' })
  const shown = `${ended.stdout}${ended.stderr}`
  const faults = [
    ...EXPECTED.filter((pattern) => !pattern.test(shown)).map((pattern) => `it does not print ${pattern}`),
    ...(ended.status === 1 ? [] : [`the exit code is ${ended.status}`]),
    ...(/package\.json/.test(shown) ? ['it checks package.json'] : []),
    ...(readFileSync(join(user, 'models/misspelt.yaml'), 'utf8') === 'name: qwen\nbase_model: ab\nfileset: a/b\n'
      ? []
      : ['nothing is fixed']),
  ]
  return faults.length === 0 ? [] : [...faults, shown]
}

const EXPECTED: readonly RegExp[] = [
  /check model manifests\.*Failed/,
  /models\/bad\.yaml:1:7/,
  /1 error, 1 warning, 0 infos — 3 documents in 3 files checked, 2 files skipped/,
  /files were modified by this hook/,
]

/** What is published, as the sources of a package that needs no build. */
function copyPackage(target: string): void {
  mkdirSync(target, { recursive: true })
  const { scripts: _, devDependencies: __, ...manifest } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  writeFileSync(join(target, 'package.json'), JSON.stringify(manifest))
  for (const name of ['dist', 'docs/errors.md', 'docs/lint-rules.md', '.pre-commit-hooks.yaml', 'man'])
    cpSync(join(ROOT, name), join(target, name), { recursive: true })
}

function copySources(target: string): void {
  run(['git', 'clone', '--quiet', '--shared', ROOT, target], { cwd: ROOT })
  for (const name of run(['git', 'ls-files', '--modified', '--others', '--exclude-standard'], { cwd: ROOT }).split(
    '\n',
  ))
    if (name !== '') cpSync(join(ROOT, name), join(target, name), { force: true })
}

/** Makes a repository of a folder, and commits everything. */
function commitAll(cwd: string): string {
  const git = (...args: string[]) =>
    run(['git', '-c', 'user.name=u', '-c', 'user.email=u@example.com', ...args], { cwd })
  git('init', '--quiet')
  git('add', '--all', '--force', '--', '.', ':!node_modules')
  git('commit', '--quiet', '--no-verify', '--allow-empty', '-m', 'all')
  return git('rev-parse', 'HEAD').trim()
}
