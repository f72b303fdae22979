import { expect, it, onTestFinished, vi } from 'vitest'
import { hubSource } from '../../src/checkpoint/read/hub/hub-source.js'

it('a hub that does not answer is given up after 30 seconds, five times, and the error says so', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  let requests = 0
  const silent: typeof fetch = (_, init) =>
    new Promise((_resolve, reject) => {
      requests += 1
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
    })
  const options = { fetch: silent, hubUrl: 'https://hub.example', offline: false, cacheFolder: '/nothing' }
  const outcome = hubSource('org/m', options, async () => {}).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(29_999)
  expect(requests).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(requests).toBe(2)
  await vi.advanceTimersByTimeAsync(4 * 30_000)
  expect(await outcome).toMatchObject({
    code: 'unreadable_file',
    message: 'hf:org/m cannot be read from hub.example: no answer within 30 seconds',
  })
  expect([requests, vi.getTimerCount()]).toStrictEqual([5, 0])
})
