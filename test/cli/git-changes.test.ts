import { renameSync, rmSync, symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { useRepository, WARNS } from './git-repository.js'

const { path, write, git, check } = useRepository()

describe('check --changed', () => {
  it('checks what differs from the merge base: committed, not committed, renamed and unknown files', () => {
    git('checkout', '-qb', 'topic')
    write('models/committed.yaml', 'name: committed\ntrust_remote_code: true\n')
    git('add', '.')
    git('commit', '-qm', 'two')
    rmSync(path('models/gone.yaml'))
    renameSync(path('models/moved.yaml'), path('models/here.yaml'))
    write('models/new.yaml', 'name: new\ntrust_remote_code: true\n')
    write('models/ignored.yaml', WARNS)
    write('elsewhere.yaml', WARNS)
    const all = ['models/committed.yaml:2', 'models/here.yaml:2', 'models/new.yaml:2'].map(
      (at) => `${at} trust-remote-code`,
    )
    expect(check('--changed', 'models').found).toEqual(all)
    expect(check('models', '--changed=main').found).toEqual(all)
    expect(check('--changed').found).toEqual(['elsewhere.yaml:2 trust-remote-code', ...all])
    expect(check('models', '--changed=HEAD').found).toEqual(all.slice(1))
    git('checkout', '-q', 'main', '--', '.')
  })

  it('does not count what the main branch has changed since', () => {
    git('checkout', '-qb', 'topic')
    git('checkout', '-q', 'main')
    write('models/old.yaml', 'name: old\n')
    git('commit', '-qam', 'other')
    git('checkout', '-q', 'topic')
    expect(check('models', '--changed')).toEqual({ code: 0, found: [], stderr: '' })
  })

  it('finds duplicates and references among the files that have not changed', () => {
    write('models/a.yaml', 'name: old\nbase_model: moved\n')
    write('models/b.yaml', 'name: bb\nbase_model: nowhere\n')
    expect(check('models', '--changed', '--complete').found).toEqual([
      'models/a.yaml:1 duplicate-entity',
      'models/b.yaml:2 dangling-base-model',
    ])
  })

  it('checks the target of a link that is new', () => {
    symlinkSync('models/old.yaml', path('link.yaml'))
    expect(check('link.yaml', '--changed=HEAD').found).toEqual(['link.yaml:2 trust-remote-code'])
  })

  it('checks a file that is only meant to be added', () => {
    write('models/meant.yaml', 'name: meant\ntrust_remote_code: true\n')
    git('add', '-N', 'models/meant.yaml')
    expect(check('--changed=HEAD').found).toEqual(['models/meant.yaml:2 trust-remote-code'])
  })

  it('says what is wrong with a ref, and where there is no repository', () => {
    expect(check('models', '--changed=nothing')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Git knows no commit "nothing"'),
    })
    expect(check('models', '--changed=--output=x')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('knows no commit'),
    })
    rmSync(path('.git'), { recursive: true })
    expect(check('models', '--changed')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('needs a Git repository'),
    })
    expect(check('models', '--staged')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('needs a Git repository'),
    })
    expect(check()).toMatchObject({ code: 2, stderr: "model-entity: missing required argument 'files'\n" })
  })
})
