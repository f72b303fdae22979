import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from './run-cli.js'

function inFolder<Result>(files: Readonly<Record<string, string>>, body: (root: string) => Result): Result {
  const root = mkdtempSync(join(tmpdir(), 'policy-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), text)
    }
    return body(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}

function check(cwd: string, ...args: string[]) {
  const { code, stdout, stderr } = runCli(['check', ...args, '--format', 'json'], { cwd })
  const { summary, diagnostics } = JSON.parse(stdout)
  const found: string[] = diagnostics.map(
    ({ file, line, column, severity, code: name }: Record<string, unknown>) =>
      `${file}:${line}:${column} ${severity} ${name}`,
  )
  return { code, summary, found, stderr }
}

const CONFIG = `rules:
  trust-remote-code: error
  required-field: { severity: error, fields: [description, ownership.team, adapters.description] }
  limit: { severity: warning, spec.context_size: { min: 8192 }, adapters.lora_config.rank: { max: 16 } }
  name-convention: { severity: info, pattern: "^[a-z-]+$" }
  allowed-hosts: { severity: error, hosts: ["*.example.com", models.example.org] }
overrides:
  - files: ["sandbox/**"]
    rules: { trust-remote-code: off, required-field: warning }
`

const ENTITY = `id: x
name: ab
workspace: w
project: p
description: d
ownership: { team: t }
created_at: 2024-01-01T00:00:00Z
updated_at: 2024-01-01T00:00:00Z
adapters:
  - name: one
    workspace: w
    fileset: w/f
    finetuning_type: lora
    created_at: 2024-01-01T00:00:00Z
    updated_at: 2024-01-01T00:00:00Z
    lora_config: { rank: 32 }
`

describe('the policy of a config', () => {
  it('gives every place', () => {
    const files = {
      'model-entity.config.yaml': CONFIG,
      'a.yaml':
        'name: a.b\nownership:\n  owner: me\ntrust_remote_code: true\napi_endpoint: { url: "https://evil.com/?x.example.com" }\n',
      'e.yaml': ENTITY,
      'sandbox/b.yaml': 'name: bb\ntrust_remote_code: true\napi_endpoint: { url: "https://a.EXAMPLE.com." }\n',
    }
    inFolder(files, (root) => {
      expect(check(root, '.').found).toEqual([
        'a.yaml:1:1 error required-field',
        'a.yaml:1:7 info name-convention',
        'a.yaml:2:1 error required-field',
        'a.yaml:4:20 error trust-remote-code',
        'a.yaml:5:22 error allowed-hosts',
        'e.yaml:10:5 error required-field',
        'e.yaml:16:26 warning limit',
        'sandbox/b.yaml:1:1 warning required-field',
        'sandbox/b.yaml:1:1 warning required-field',
      ])
      expect(check(root, '.', '--no-config').found).toEqual([
        'a.yaml:4:20 warning trust-remote-code',
        'sandbox/b.yaml:2:20 warning trust-remote-code',
      ])
    })
  })

  it('comes from the nearest config, and its patterns are relative to it', () => {
    const files = {
      'model-entity.config.yaml': 'exclude: ["team/old/**"]\nrules: { trust-remote-code: error }\n',
      'a.yaml': 'name: aa\ntrust_remote_code: true\n',
      'team/model-entity.config.yml': 'exclude: ["gone.yaml"]\nmaxWarnings: 0\n',
      'team/b.yaml': 'name: bb\ntrust_remote_code: true\n',
      'team/gone.yaml': 'name: 5\n',
      'team/old/c.yaml': 'name: cc\ntrust_remote_code: true\n',
    }
    inFolder(files, (root) => {
      const { found, code } = check(root, '.')
      expect(found).toEqual([
        'a.yaml:2:20 error trust-remote-code',
        'team/b.yaml:2:20 warning trust-remote-code',
        'team/old/c.yaml:2:20 warning trust-remote-code',
      ])
      expect(code).toBe(1)
      expect(check(root, 'team').code).toBe(1)
      expect(check(root, 'team', '--max-warnings', '2').code).toBe(0)
      expect(check(root, 'team', '--config', 'model-entity.config.yaml').found).toEqual([
        'team/b.yaml:2:20 error trust-remote-code',
        'team/gone.yaml:1:7 error string_type',
      ])
    })
  })

  it('includes what would be skipped', () => {
    const files = {
      'model-entity.config.json': '{"include": ["models"]}',
      'models/a.yaml': 'nam: x\n',
      'b.yaml': 'nam: x\n',
      'models/c.txt': 'name: 5\n',
    }
    inFolder(files, (root) => {
      const { found, summary } = check(root, '.')
      expect(found).toContain('models/a.yaml:1:1 error missing')
      expect(found).toContain('models/c.txt:1:7 error string_type')
      expect(summary).toMatchObject({ files: 2, skipped: 1 })
    })
  })

  it('is reported where it is wrong, and the rest is checked', () => {
    inFolder({ 'model-entity.config.yaml': 'rules:\n  temperatur-zero: off\n', 'a.yaml': 'name: 5\n' }, (root) => {
      expect(check(root, '.')).toMatchObject({
        code: 1,
        found: ['model-entity.config.yaml:2:3 error config_invalid', 'a.yaml:1:7 error string_type'],
        summary: { files: 1, errors: 2 },
      })
      expect(check(root, 'model-entity.config.yaml').found).toEqual([
        'model-entity.config.yaml:2:3 error config_invalid',
      ])
      expect(runCli(['check', '.', '--config', 'no.yaml'], { cwd: root }).code).toBe(2)
    })
  })
})

describe('across files', () => {
  const files = {
    'a.yaml':
      'name: aa\nbase_model: bb\n---\nname: dd\nbase_model: nothing\nmodel_providers: [default/aa, team/none]\n',
    'b.yaml': 'name: bb\nbase_model: default/cc\n',
    'c.yaml': 'name: cc\nbase_model: aa\n---\nname: aa\n',
  }

  it('a name that is taken is an error at the later one, in its workspace', () => {
    inFolder(
      {
        ...files,
        'w.yaml':
          'id: x\nname: aa\nworkspace: team\nproject: p\ncreated_at: 2024-01-01T00:00:00Z\nupdated_at: 2024-01-01T00:00:00Z\n',
      },
      (root) => {
        expect(check(root, '.').found).toEqual(['c.yaml:4:7 error duplicate-entity'])
        expect(check(root, '.', '--workspace', 'team').found).toEqual([
          'c.yaml:4:7 error duplicate-entity',
          'w.yaml:2:7 error duplicate-entity',
        ])
        expect(check(root, 'c.yaml', 'a.yaml').found).toEqual(['a.yaml:1:7 error duplicate-entity'])
      },
    )
  })

  it('references and circles are checked where all entities are here', () => {
    inFolder(files, (root) => {
      expect(check(root, '.', '--complete').found).toEqual([
        'a.yaml:5:13 warning dangling-base-model',
        'a.yaml:6:31 warning dangling-provider',
        'c.yaml:2:13 error base-model-cycle',
        'c.yaml:4:7 error duplicate-entity',
      ])
    })
  })

  it('a complete config knows the entities of files that are not checked', () => {
    inFolder({ ...files, 'model-entity.config.yaml': 'complete: true\n' }, (root) => {
      expect(check(root, 'b.yaml').found).toEqual(['b.yaml:2:13 error base-model-cycle'])
      expect(check(root, 'b.yaml', '--complete').found).toEqual(['b.yaml:2:13 warning dangling-base-model'])
    })
  })

  it('an adapter of an entity that is not there is a warning', () => {
    const entity = ENTITY.replace('    fileset: w/f', '    model: other\n    fileset: w/f')
    inFolder({ 'e.yaml': entity }, (root) => {
      expect(check(root, '.', '--complete').found).toContain('e.yaml:12:12 warning dangling-adapter-model')
    })
  })

  it('a graph shows entities, base models, adapters and filesets', () => {
    inFolder({ ...files, 'e.yaml': `${ENTITY}base_model: default/aa\n` }, (root) => {
      const graph = JSON.parse(runCli(['graph', '.', '--format', 'json'], { cwd: root }).stdout)
      expect(graph.nodes).toContainEqual({ id: 'default/nothing', kind: 'missing' })
      expect(graph.edges).toContainEqual({ from: 'w/ab', to: 'default/aa', kind: 'base_model' })
      expect(graph.edges).toContainEqual({ from: 'adapter:w/one', to: 'w/ab', kind: 'adapter' })
      expect(graph.edges).toContainEqual({ from: 'adapter:w/one', to: 'fileset:w/f', kind: 'fileset' })
      expect(runCli(['graph', '.'], { cwd: root }).stdout).toContain('n0 -->|base model| n1')
      expect(runCli(['graph', '.', '--format', 'dot'], { cwd: root }).stdout).toContain(
        '"default/aa" -> "default/bb" [label="base model"];',
      )
    })
  })
})

describe('a baseline', () => {
  it('hides what it records, wherever the lines move, and nothing new', () => {
    const before = 'name: aa\ntrust_remote_code: true\nspec: { num_layers: forty }\n'
    inFolder({ 'm/a.yaml': before }, (root) => {
      const path = join(root, 'm/a.yaml')
      const recorded = check(root, 'm', '--write-baseline', 'base.json')
      expect(recorded).toMatchObject({ code: 0, found: [], summary: { errors: 0, suppressed: 12 } })
      writeFileSync(path, `# moved\n\n${before}`)
      expect(check(join(root, 'm'), '.', '--baseline', '../base.json')).toMatchObject({
        code: 0,
        found: [],
        summary: { suppressed: 12 },
      })
      writeFileSync(path, before.replace('forty', 'fifty'))
      expect(check(root, 'm', '--baseline', 'base.json').found).toEqual(['m/a.yaml:3:21 error int_parsing'])
      writeFileSync(path, `${before}foo: 1\n`)
      expect(check(root, 'm', '--baseline', 'base.json').found).toEqual(['m/a.yaml:4:1 warning unknown-field'])
      expect(readFileSync(join(root, 'base.json'), 'utf8')).toContain('"code": "int_parsing"')
      expect(runCli(['check', 'm', '--baseline', 'no.json'], { cwd: root }).code).toBe(2)
      writeFileSync(join(root, 'base.json'), '{}')
      expect(runCli(['check', 'm', '--baseline', 'base.json'], { cwd: root }).code).toBe(2)
    })
  })
})

describe('model-entity explain', () => {
  it.each([
    ['trust-remote-code', /^# trust-remote-code\n\n\*warning\.\*/],
    ['duplicate-entity', /^# duplicate-entity\n\n\*error\.\*/],
    ['int_parsing', /^# int_parsing\n\nmodel: Lora\nbody: /],
    ['config_invalid', /^# config_invalid\n\nwhen: /],
  ])('prints the page of %s', (code, page) => {
    expect(runCli(['explain', code])).toMatchObject({ code: 0, stdout: expect.stringMatching(page) })
  })

  it('suggests a code', () => {
    expect(runCli(['explain', 'trust-remote-cod'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean trust-remote-code?'),
    })
  })
})

it('--statistics counts by code', () => {
  inFolder({ 'a.yaml': 'name: aa\nfoo: 1\nbar: 2\ntrust_remote_code: true\n' }, (root) => {
    const { stdout } = runCli(['check', '.', '--statistics'], { cwd: root })
    expect(stdout).toMatch(/\n2 warning unknown-field\n1 warning trust-remote-code\n$/)
    expect(check(root, '.', '--statistics').stderr).toBe('2 warning unknown-field\n1 warning trust-remote-code\n')
  })
})
