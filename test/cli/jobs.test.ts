import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from './run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'jobs-'))

/** Files of all kinds, some with problems, in folders, with links to others and configs of their own. */
beforeAll(() => {
  for (let index = 0; index < 400; index += 1) {
    const place = join(folder, `d${index % 7}`)
    mkdirSync(place, { recursive: true })
    const name = index % 13 === 0 ? 'the-same' : `model-${index}`
    const more = [
      '',
      'trust_remote_code: true\n',
      'fileste: a\n',
      'spec:\n  num_layers: forty\n',
      'description: no\n',
      '# model-entity-disable-next-line trust-remote-code\ntrust_remote_code: true\n',
      'custom_fields:\n  key: ghp_16C7e42F292c6912E7710c838347Ae178B4a\n',
      'base_model: gone\n',
    ]
    const text = `name: ${name}\n${index % 3 === 0 ? more[index % more.length] : ''}`
    if (index % 5 === 4) writeFileSync(join(place, `m-${index}.json`), JSON.stringify({ name, project: 'a' }))
    else if (index % 11 === 10) writeFileSync(join(place, `k-${index}.yaml`), 'apiVersion: v1\nkind: Service\n')
    else writeFileSync(join(place, `m-${index}.yaml`), text)
  }
  writeFileSync(
    join(folder, 'd3/model-entity.config.yaml'),
    'rules:\n  trust-remote-code: error\n  name-convention: { severity: warning, pattern: "^model-" }\n',
  )
  writeFileSync(join(folder, 'd4/bad.yaml'), Buffer.from('name: \xff', 'latin1'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('check --jobs', () => {
  it.each([['pretty'], ['jsonl'], ['sarif']])('prints the same as %s with one thread and with several', (format) => {
    const args = ['check', '.', '--format', format, '--complete']
    const one = runCli([...args, '--jobs', '1'], { cwd: folder })
    expect(one.code).toBe(1)
    for (const jobs of ['2', '5']) expect(runCli([...args, '--jobs', jobs], { cwd: folder })).toEqual(one)
  })

  it('reports what standard input and missing files are, with threads too', () => {
    const args = ['check', '-', 'gone.yaml', 'd0', '--format', 'concise', '--jobs']
    const input = 'name: ab\ntrust_remote_code: true\n'
    const one = runCli([...args, '1'], { cwd: folder, input })
    expect(one.stdout).toContain('-:2:20: warning trust-remote-code')
    expect(one.stdout).toContain('gone.yaml:1:1: error missing_file')
    expect(runCli([...args, '3'], { cwd: folder, input })).toEqual(one)
  })
})
