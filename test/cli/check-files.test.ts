import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from './run-cli.js'

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'monorepo-'))
  write(MONOREPO)
  symlinkSync('..', join(folder, 'services/loop'))
  symlinkSync('../models', join(folder, 'services/models'))
  symlinkSync('../models/team-0/model-0.yaml', join(folder, 'services/linked.yaml'))
  symlinkSync('nowhere.yaml', join(folder, 'services/dangling.yaml'))
})

afterAll(() => rmSync(folder, { recursive: true }))

function write(files: Readonly<Record<string, string | Uint8Array>>, root = folder): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
}

function inFolder<Result>(
  files: Readonly<Record<string, string | Uint8Array>>,
  body: (root: string) => Result,
): Result {
  const root = mkdtempSync(join(tmpdir(), 'files-'))
  try {
    write(files, root)
    return body(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}

function check(cwd: string, ...args: string[]) {
  const { code, stdout, stderr } = runCli(['check', ...args, '--format', 'json'], { cwd })
  const { summary, diagnostics } = JSON.parse(stdout)
  const found: string[] = diagnostics.map(
    ({ file, line, column, code: name }: Record<string, unknown>) => `${file}:${line}:${column} ${name}`,
  )
  return { code, summary, found, stderr }
}

/** The files that a check has looked at: each of them has an error of its own. */
function checkedFiles(cwd: string, ...args: string[]): string[] {
  return [...new Set(check(cwd, ...args).found.map((each) => each.slice(0, each.indexOf(':'))))]
}

const BAD = 'name: 5\n'

const MODELS = 2000

/** A repository with everything that is not a model beside its models. */
const MONOREPO: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Array.from({ length: MODELS }, (_, index) => [
      `models/team-${index % 20}/model-${index}.yaml`,
      `name: model-${index}\ndescription: The model ${index}\n`,
    ]),
  ),
  '.git/HEAD': 'ref: refs/heads/main\n',
  '.git/info/exclude': 'private/\n',
  '.git/config.yaml': BAD,
  '.gitignore': 'build/\n*.tmp.yaml\n!keep.tmp.yaml\n/models/local.yaml\n',
  'build/models.yaml': BAD,
  'private/model.yaml': BAD,
  'models/local.yaml': BAD,
  'models/draft.tmp.yaml': BAD,
  'node_modules/package/model.yaml': BAD,
  'services/api/node_modules/package/model.json': '{"name": 5}',
  'services/api/.gitignore': 'out/*\n!out/kept.yaml\n',
  'services/api/out/left.yaml': BAD,
  'services/api/out/kept.yaml': 'version: 3\n',
  'package.json': '{"name": "monorepo", "version": "1.0.0", "description": "All of it", "workspaces": ["services/*"]}',
  'tsconfig.json': '{\n  // strict\n  "compilerOptions": { "strict": true },\n}\n',
  'compose.yaml': 'name: dev\nservices:\n  db: { image: postgres }\n',
  'deploy/pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: pod\nspec:\n  containers: []\n',
  'deploy/all.yaml':
    'apiVersion: v1\nkind: Service\nspec: {}\n---\napiVersion: apps/v1\nkind: Deployment\nspec: {}\n---\n',
  'deploy/list.json': '{"apiVersion": "v1", "kind": "List", "items": []}',
  'charts/app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 0.1.0\n',
  'charts/app/values.yaml': 'image:\n  tag: latest\n',
  'charts/app/templates/deployment.yaml':
    'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n{{- if .Values.replicas }}\n  replicas: {{ .Values.replicas }}\n{{- end }}\n',
  '.github/workflows/ci.yml': 'name: CI\non: [push]\njobs: {}\n',
  'ansible/play.yaml': '- name: Install\n  hosts: all\n  tasks: []\n',
  'data/rows.jsonl': '{"messages": []}\n{"messages": []}\n',
  'data/strings.json': '["a", "b"]',
  'data/number.yaml': '5\n',
  'generated/schema.json': '{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}',
}

const OTHERS = [
  '.github/workflows/ci.yml',
  'ansible/play.yaml',
  'charts/app/Chart.yaml',
  'charts/app/templates/deployment.yaml',
  'charts/app/values.yaml',
  'compose.yaml',
  'data/number.yaml',
  'data/rows.jsonl',
  'data/strings.json',
  'deploy/all.yaml',
  'deploy/list.json',
  'deploy/pod.yaml',
  'generated/schema.json',
  'package.json',
  'services/api/out/kept.yaml',
  'tsconfig.json',
]

describe('model-entity check of a whole repository', () => {
  it('checks its models once and skips everything else', () => {
    const { code, summary, found, stderr } = check(folder, '.', '--verbose')
    expect(found).toEqual(['services/dangling.yaml:1:1 unreadable_file'])
    expect(summary).toMatchObject({ files: MODELS + 1, documents: MODELS, skipped: OTHERS.length, errors: 1 })
    expect(stderr.trim().split('\n')).toEqual([...OTHERS.map((name) => `skipped: ${name}`), 'failed: 1 error'])
    expect(code).toBe(1)
  })

  it('finds with --no-gitignore what Git ignores, and never what is in node_modules and .git', () => {
    expect(checkedFiles(folder, '.', '--no-gitignore')).toEqual([
      'build/models.yaml',
      'models/draft.tmp.yaml',
      'models/local.yaml',
      'private/model.yaml',
      'services/api/out/left.yaml',
      'services/dangling.yaml',
    ])
  })

  it('searches an ignored folder that is named', () => {
    expect(checkedFiles(folder, 'build')).toEqual(['build/models.yaml'])
  })

  it('checks a named file, whatever it is', () => {
    expect(check(folder, 'package.json').found).toContain('package.json:1:22 unknown-field')
    expect(checkedFiles(folder, 'models/local.yaml')).toEqual(['models/local.yaml'])
  })
})

describe('model-entity check agrees with Git', () => {
  it('about what is ignored, in a real repository', () => {
    const names = ['a.yaml', 'b.yaml', 'x/a.yaml', 'x/b.yaml', 'x/y/a.yaml', 'x/y/b.yaml', 'z/a.yaml', 'z/y/c.yaml']
    const rules: Readonly<Record<string, string>> = {
      '.gitignore': '# comment\n/a.yaml\nx/*\n!x/y\n!x/b.yaml\n\\#odd.yaml\nz/**/c.yaml\n',
      'x/.gitignore': 'b.yaml\n',
      'x/y/.gitignore': '*\n!b.yaml\r\n',
      '.git/info/exclude': 'z/a.yaml\n',
    }
    inFolder(Object.fromEntries(names.map((name) => [name, BAD])), (root) => {
      execFileSync('git', ['init', '--quiet'], { cwd: root })
      write(rules, root)
      const listed = execFileSync('git', ['ls-files', '--others', '--exclude-standard'], {
        cwd: root,
        encoding: 'utf8',
      })
      const expected = listed.split('\n').filter((name) => name.endsWith('.yaml'))
      expect(checkedFiles(root, '.').sort()).toEqual(expected.sort())
      expect(expected.length).toBeGreaterThan(1)
      expect(expected.length).toBeLessThan(names.length)
    })
  })
})

describe('model-entity check leaves out', () => {
  const files = {
    'a.yaml': BAD,
    'm/a.yaml': BAD,
    'm/generated/a.yaml': BAD,
    'm/generated/keep.yaml': BAD,
    'n/a.yaml': BAD,
  }
  const all = Object.keys(files)

  it.each([
    ['nothing without patterns', [], all],
    ['a folder by its path', ['--exclude', 'm/generated'], ['a.yaml', 'm/a.yaml', 'n/a.yaml']],
    ['a folder by its name, at any depth', ['--exclude', 'generated'], ['a.yaml', 'm/a.yaml', 'n/a.yaml']],
    ['files by a pattern', ['--exclude', '**/generated/**'], ['a.yaml', 'm/a.yaml', 'n/a.yaml']],
    ['files by several patterns', ['--exclude', 'n/**', '--exclude', '/a.yaml'], all.slice(1, 4)],
    ['what an argument leaves out', ['!m/**'], ['a.yaml', 'n/a.yaml']],
    [
      'all but an exception',
      ['--exclude', 'm/**', '--exclude', '!m/generated/keep.yaml'],
      ['a.yaml', 'm/generated/keep.yaml', 'n/a.yaml'],
    ],
    ['nothing by a slash in front that is elsewhere', ['--exclude', '/generated'], all],
  ])('%s', (_, args, expected) => {
    inFolder(files, (root) => expect(checkedFiles(root, '.', ...args)).toEqual([...expected].sort(bySteps)))
  })

  it('files of a pattern, and never a file that is named', () => {
    inFolder(files, (root) => {
      expect(checkedFiles(root, 'm/**/*.yaml', '!**/generated/**')).toEqual(['m/a.yaml'])
      expect(checkedFiles(root, 'm/generated/a.yaml', '--exclude', '**/generated/**')).toEqual(['m/generated/a.yaml'])
    })
  })

  it('nothing at all if only patterns to leave out are given', () => {
    inFolder(files, (root) => expect(runCli(['check', '!m/**'], { cwd: root }).code).toBe(2))
  })
})

/** Folder by folder: `a/z` before `a-b`. */
function bySteps(one: string, other: string): number {
  return one.replaceAll('/', '\0') < other.replaceAll('/', '\0') ? -1 : 1
}

describe('model-entity check finds files', () => {
  it('in name order, folder by folder', () => {
    const files = { 'a-b.yaml': BAD, 'a/z.yaml': BAD, 'a.yaml': BAD, 'B.yaml': BAD, 'a/b/c.yaml': BAD }
    inFolder(files, (root) => {
      expect(checkedFiles(root, '.')).toEqual(['B.yaml', 'a/b/c.yaml', 'a/z.yaml', 'a-b.yaml', 'a.yaml'])
    })
  })

  it('and reports a name that is not there, checks the rest, and exits with 2', () => {
    inFolder({ 'a.yaml': BAD }, (root) => {
      const { code, found, summary } = check(root, 'nowhere.yaml', 'a.yaml', '*.toml')
      expect(found).toEqual(['nowhere.yaml:1:1 missing_file', 'a.yaml:1:7 string_type', '*.toml:1:1 missing_file'])
      expect({ code, files: summary.files }).toEqual({ code: 2, files: 1 })
    })
  })

  it('that are compressed JSON Lines', () => {
    const lines = gzipSync('{"name": "ab"}\n{"name": 5}\n')
    const files = {
      'a.jsonl.gz': lines,
      'b.ndjson.gz': lines,
      'c.yaml.gz': gzipSync('version: 1\n'),
      'd.jsonl.gz': 'no',
    }
    inFolder(files, (root) => {
      expect(check(root, '.').found).toEqual([
        'a.jsonl.gz:2:10 string_type',
        'b.ndjson.gz:1:10 duplicate-entity',
        'b.ndjson.gz:2:10 string_type',
        'd.jsonl.gz:1:1 unreadable_file',
      ])
    })
  })

  it.each([
    ['JSON', '{"name": 5}', '-:1:10 string_type'],
    ['JSON after blanks', ' \n{"name":\n5}', '-:3:1 string_type'],
    ['JSON Lines', '{"name": "ab"}\n{"name": 5}\n', '-:2:10 string_type'],
    ['YAML', 'name: 5', '-:1:7 string_type'],
    ['JSON that is not complete', '{name: 5}', '-:1:2 json_invalid'],
  ])('on standard input, as %s', (_, input, expected) => {
    const { stdout } = runCli(['check', '-', '--format', 'json'], { input })
    const [{ file, line, column, code }] = JSON.parse(stdout).diagnostics
    expect(`${file}:${line}:${column} ${code}`).toBe(expected)
  })

  it('on standard input with a name, which selects the language and the config', () => {
    const config = 'rules: { trust-remote-code: error }\n'
    inFolder({ 'm/model-entity.config.yaml': config }, (root) => {
      const args = ['check', '-', '--stdin-filename', 'm/a.yaml', '--format', 'json']
      const { stdout } = runCli(args, { cwd: root, input: '{name: ab, trust_remote_code: true}' })
      expect(JSON.parse(stdout).diagnostics).toMatchObject([{ file: 'm/a.yaml', severity: 'error', column: 31 }])
    })
  })

  it('with documents that are models beside others', () => {
    inFolder({ 'mixed.yaml': 'kind: List\napiVersion: v1\n---\nname: 5\n---\nversion: 3\n' }, (root) => {
      const { found, summary } = check(root, '.')
      expect(found).toEqual(['mixed.yaml:4:7 string_type'])
      expect(summary).toMatchObject({ files: 1, documents: 1, skipped: 0 })
    })
  })

  it.each([
    ['a broken model', 'name: [\n', 1],
    ['a broken model in JSON', '{"fileset" : "a",', 1],
    ['a broken template', 'metadata:\n  name: {{ x }}\n {{ y }}\n', 0],
    ['a list of models', '- name: ab\n- name: 5\n', 1],
    ['a list of nothing', '[]\n', 0],
    ['a mapping with a name only', 'name: 5\n', 1],
    ['a mapping with a workspace', 'workspace: w\nfoo: 1\n', 1],
    ['a mapping with foreign keys only', 'foo: 1\n', 0],
  ])('that are %s', (_, text, errors) => {
    inFolder({ 'file.yaml': text }, (root) => expect(check(root, '.').summary.errors > 0 ? 1 : 0).toBe(errors))
  })

  it('that are named one by one, as in a hook, and count as found with --force-exclude', () => {
    const files = {
      'model-entity.config.yaml': 'exclude: ["drafts/**"]\ninclude: ["odd.txt"]\n',
      'a.yaml': BAD,
      'drafts/b.yaml': BAD,
      'left/c.yaml': BAD,
      'node_modules/d.yaml': BAD,
      'package.json': '{"name": "x", "version": "1.0.0"}',
      'notes.txt': BAD,
      'odd.txt': BAD,
    }
    inFolder(files, (root) => {
      const names = Object.keys(files)
      const forced = check(root, ...names, '!left', '--force-exclude')
      expect(forced.found).toEqual(['a.yaml:1:7 string_type', 'odd.txt:1:7 string_type'])
      expect(forced.summary).toMatchObject({ files: 2, skipped: 1 })
      expect(check(root, '*.json', '--force-exclude')).toMatchObject({ code: 0, found: [] })
      expect(check(root, 'drafts/b.yaml', '--force-exclude')).toMatchObject({ code: 0, found: [] })
      expect(check(root, 'drafts/b.yaml').found).toEqual(['drafts/b.yaml:1:7 string_type'])
      expect(check(root, 'none.yaml', '--force-exclude')).toMatchObject({
        code: 2,
        found: ['none.yaml:1:1 missing_file'],
      })
    })
  })

  it('and fills in a missing name', () => {
    inFolder({ 'a.yaml': 'description: x\n' }, (root) => {
      expect(check(root, 'a.yaml', '--name', 'ab').summary.errors).toBe(0)
      expect(check(root, 'a.yaml', '--name', 'a b').found).toEqual(['a.yaml:1:1 string_pattern_mismatch'])
      expect(check(root, 'a.yaml').found).toEqual(['a.yaml:1:1 missing'])
    })
  })
})
