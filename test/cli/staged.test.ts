import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { useRepository, WARNS } from './git-repository.js'

const { path, write, git, check } = useRepository()
const warns = (...names: string[]) => {
  for (const [index, name] of names.entries()) write(name, `name: model-${index}\ntrust_remote_code: true\n`)
}
const remove = (name: string) => rmSync(path(name), { recursive: true })
const at = (...names: string[]) => names.map((name) => `${name}.yaml:2 trust-remote-code`)

describe('check --staged', () => {
  it('checks the staged content, not that of the working tree', () => {
    write('models/good.yaml', 'name: good\n')
    write('models/é bad.yaml', 'name: bad\ntrust_remote_code: true\n')
    git('add', '.')
    write('models/good.yaml', 'name: good\ntrust_remote_code: true\n')
    write('models/é bad.yaml', 'name: bad\n')
    write('models/new.yaml', WARNS)
    expect(check('--staged').found).toEqual(['models/é bad.yaml:2 trust-remote-code'])
    expect(check('models', '--staged').found).toEqual(['models/é bad.yaml:2 trust-remote-code'])
    git('rm', '-q', '--cached', 'models/old.yaml')
    expect(check('models', '--staged').found).toEqual(['models/é bad.yaml:2 trust-remote-code'])
    expect(check('models', '--staged', '--fix').code).toBe(2)
    expect(check('models', '--staged', '--changed').code).toBe(2)
  })

  it('checks what is staged and not in the working tree', () => {
    warns('models/deleted.yaml', 'deeply/nested/gone.yaml', 'became/folder.yaml', 'a/same.yaml', 'models/notes.txt')
    git('mv', 'models/moved.yaml', 'models/renamed.yaml')
    git('add', '.')
    for (const name of ['models/deleted.yaml', 'models/renamed.yaml', 'deeply', 'became', 'a']) remove(name)
    mkdirSync(path('became/folder.yaml'), { recursive: true })
    symlinkSync('models', path('a'))
    const all = ['a/same', 'became/folder', 'deeply/nested/gone', 'models/deleted', 'models/renamed']
    expect(check('--staged').found).toEqual(at(...all))
    expect(check('.', '--staged', '--no-gitignore').found).toEqual(at(...all))
    expect(check('**/*.yaml', '--staged').found).toEqual(at(...all))
    expect(check('deeply', '--staged').found).toEqual(at('deeply/nested/gone'))
    expect(check('deeply/*/*.yaml', '--staged').found).toEqual(at('deeply/nested/gone'))
    expect(check('models/deleted.yaml', './models/renamed.yaml', '--staged').found).toEqual(
      at('models/deleted', './models/renamed'),
    )
    expect(check('--staged', '--exclude', 'deeply/', '--exclude', '**/renamed.yaml', '.').found).toEqual(
      at('a/same', 'became/folder', 'models/deleted'),
    )
    expect(check('models/nowhere.yaml', '--staged')).toMatchObject({
      code: 2,
      found: [expect.stringMatching(/missing/)],
    })
  })

  it('leaves out what a search leaves out, where that is not in the working tree either', () => {
    warns('node_modules/a.yaml', 'ignored.yaml', 'models/in.yaml')
    git('add', '-f', '.')
    for (const name of ['node_modules', 'ignored.yaml', 'models/in.yaml']) remove(name)
    expect(check('--staged').found).toEqual(at('models/in'))
    expect(check('--staged', '--no-gitignore').found).toEqual(at('ignored', 'models/in'))
    expect(check('ignored.yaml', '--staged').found).toEqual(at('ignored'))
  })

  it('takes names of any characters', () => {
    const names = [
      'sp ace/é',
      'sp ace/q"uo\'te',
      'sp ace/日本',
      'sp ace/back\\slash',
      'sp ace/two\nlines',
      'sp ace/ta\tb',
    ]
    warns(...names.map((name) => `${name}.yaml`))
    git('add', '.')
    remove('sp ace')
    expect(check('--staged').found.sort()).toEqual(at(...names).sort())
  })

  it('checks the target of a staged link, and not its text', () => {
    warns('common/one.yaml')
    git('add', '.')
    git('commit', '-qm', 'two')
    symlinkSync('../common/one.yaml', path('models/link.yaml'))
    symlinkSync('nowhere.yaml', path('models/broken.yaml'))
    git('add', '.')
    const broken = 'models/broken.yaml:1 unreadable_file'
    expect(check('models', '--staged').found).toEqual([broken, ...at('models/link')])
    remove('models/link.yaml')
    remove('models/broken.yaml')
    expect(check('models', '--staged').found).toEqual([broken, ...at('models/link')])
    remove('common')
    expect(check('models', '--staged').found).toEqual([broken, ...at('models/link')])
  })

  it('leaves out submodules, deleted files and what is only meant to be added', () => {
    const [commit] = git('rev-parse', 'HEAD').toString().split('\n')
    git('update-index', '--add', '--cacheinfo', `160000,${commit},models/module.yaml`)
    git('rm', '-q', 'models/old.yaml')
    warns('models/meant.yaml')
    git('add', '-N', 'models/meant.yaml')
    expect(check('--staged')).toEqual({ code: 0, found: [], stderr: '' })
    remove('models/meant.yaml')
    expect(check('--staged')).toEqual({ code: 0, found: [], stderr: '' })
  })

  it('reads a file as a checkout would write it', () => {
    write('.gitattributes', '*.yaml filter=turned\n')
    git('config', 'filter.turned.clean', 'tr a-z n-za-m')
    git('config', 'filter.turned.smudge', 'tr a-z n-za-m')
    git('config', 'filter.turned.required', 'true')
    warns('models/turned.yaml')
    git('add', 'models/turned.yaml')
    remove('models/turned.yaml')
    expect(check('models', '--staged').found).toEqual(at('models/turned'))
    git('config', 'filter.turned.smudge', 'false')
    expect(check('models', '--staged')).toMatchObject({ code: 1, found: ['models/turned.yaml:1 unreadable_file'] })
  })

  it('reads compressed files and CRLF', () => {
    const lines = gzipSync('{"name":"zz","trust_remote_code":true}\n')
    writeFileSync(path('models/z.jsonl.gz'), lines)
    expect(gunzipSync(lines)).toHaveLength(39)
    write('.gitattributes', '*.yaml eol=crlf\n')
    write('models/crlf.yaml', 'name: crlf\r\ntrust_remote_code: true\r\n')
    git('add', '.')
    remove('models/z.jsonl.gz')
    remove('models/crlf.yaml')
    expect(check('models', '--staged').found).toEqual([
      'models/crlf.yaml:2 trust-remote-code',
      'models/z.jsonl.gz:1 trust-remote-code',
    ])
  })

  it('reports a merge conflict', () => {
    git('checkout', '-qb', 'topic')
    write('models/old.yaml', 'name: topic\n')
    git('commit', '-qam', 'two')
    git('checkout', '-q', 'main')
    write('models/old.yaml', 'name: main\n')
    git('commit', '-qam', 'three')
    expect(() => git('merge', '-q', 'topic')).toThrow()
    expect(check('models', '--staged')).toMatchObject({ code: 1, found: ['models/old.yaml:1 unreadable_file'] })
  })

  it('compares with the other files as the index has them', () => {
    write('models/new.yaml', 'name: old\nbase_model: moved\n')
    write('models/last.yaml', 'name: last\nbase_model: unknown\n')
    git('add', '.')
    remove('models/old.yaml')
    write('models/moved.yaml', 'name: another\n')
    write('models/unknown.yaml', 'name: unknown\n')
    expect(check('models', '--staged', '--complete').found).toEqual([
      'models/last.yaml:2 dangling-base-model',
      'models/new.yaml:1 duplicate-entity',
    ])
    renameSync(path('models/unknown.yaml'), path('models/known.yaml'))
    git('add', 'models/known.yaml')
    expect(check('models', '--staged', '--complete').found).toEqual(['models/new.yaml:1 duplicate-entity'])
  })

  it('reads many files with few processes, as a checkout would write them', () => {
    write('.gitattributes', '*.yaml text eol=crlf\n')
    for (let index = 0; index < 300; index += 1)
      write(`many/m-${index}.yaml`, `name: many-${index}\ntrust_remote_code: true\n`)
    write('many/line\nbreak.yaml', 'name: line\ntrust_remote_code: true\n')
    git('add', '.')
    for (let index = 0; index < 300; index += 1) write(`many/m-${index}.yaml`, 'name: other\n')
    const { found } = check('many', '--staged')
    expect(found.filter((one) => one.endsWith(':2 trust-remote-code'))).toHaveLength(301)
    expect(found).toContain('many/line\nbreak.yaml:2 trust-remote-code')
    expect(found).toHaveLength(301)
  })

  it('checks the files below a staged link to a folder', () => {
    write('common/one.yaml', 'name: one\ntrust_remote_code: true\n')
    git('add', '.')
    git('commit', '-qm', 'two')
    symlinkSync('../common', path('models/link'))
    git('add', 'models/link')
    expect(check('models', '--staged').found).toEqual(['models/link/one.yaml:2 trust-remote-code'])
    expect(check('--staged').found).toEqual(['common/one.yaml:2 trust-remote-code'])
  })
})
