import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCli } from './run-cli.js'

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('check --watch', () => {
  it('checks again after a change, and ends with the code of the last check', async () => {
    writeFileSync(join(folder, 'a.yaml'), 'name: ab\n')
    const child = spawn(
      process.execPath,
      [CLI, 'check', '.', '--watch', '--format', 'concise', '--output', 'jsonl=out.jsonl'],
      { cwd: folder },
    )
    let [out, runs] = ['', 0]
    let wake: (() => void) | undefined
    child.stdout.on('data', (data) => {
      out += data
      wake?.()
    })
    child.stderr.on('data', (data) => {
      runs += String(data).split('watching for changes').length - 1
      wake?.()
    })
    const until = async (count: number, text: string) => {
      while (runs < count || !out.includes(text)) {
        await new Promise<void>((done) => {
          wake = done
        })
      }
    }
    await until(1, '0 errors, 0 warnings')
    writeFileSync(join(folder, 'b.yaml'), 'fileset: x\n')
    await until(2, 'b.yaml:1:1: error missing: name')
    await until(2, 'failed: 1 error')
    const code = new Promise((done) => child.once('exit', done))
    child.kill('SIGINT')
    expect(await code).toBe(1)
    expect(runs).toBe(2)
  }, 20_000)

  it('refuses what cannot be watched', () => {
    expect(runCli(['check', '-', '--watch'], { cwd: folder }).code).toBe(2)
    expect(runCli(['check', '.', '--watch', '--fix'], { cwd: folder }).code).toBe(2)
  })
})
