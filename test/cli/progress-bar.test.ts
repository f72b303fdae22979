import { expect, it } from 'vitest'
import { progressBar } from '../../src/cli/progress-bar.js'

function screen(isTTY: boolean) {
  const written: string[] = []
  const write = (text: string | Uint8Array) => {
    written.push(String(text))
    return true
  }
  return { stream: { isTTY, write }, written }
}

it('a terminal shows how many files have been read, and then nothing', () => {
  const { stream, written } = screen(true)
  const bar = progressBar(stream, Date.now() - 1000)
  bar.update({ read: 1, files: 4 })
  bar.update({ read: 4, files: 4 })
  bar.end()
  expect(written).toEqual([
    `\r${'█'.repeat(6)}${'░'.repeat(18)} 1 of 4 files`,
    `\r${'█'.repeat(24)} 4 of 4 files`,
    '\r\u001b[K',
  ])
})

it.each([
  ['a pipe', false, Date.now() - 1000, 4],
  ['a read of one file', true, Date.now() - 1000, 1],
  ['a quick read', true, Date.now(), 4],
])('%s shows no bar', (_, isTTY, startedAt, files) => {
  const { stream, written } = screen(isTTY)
  const bar = progressBar(stream, startedAt)
  bar.update({ read: 1, files })
  bar.end()
  expect(written).toEqual([])
})
