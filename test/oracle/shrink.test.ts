import { describe, expect, it } from 'vitest'
import { cases } from './bodies.js'
import { isSameAnswer, ourAnswer } from './compare.js'
import { shrink } from './shrink.js'

describe('shrink', () => {
  it('takes out of a text whatever the difference does not need', async () => {
    const given = { id: '1', model: 'Lora', body: '{"alpha": 1, "rank": "٣", "more": [1, 2, "🦙"]}' }
    expect(await shrink(given, async ({ body }) => body?.includes('٣') === true && body.includes('🦙'))).toEqual({
      ...given,
      body: '٣🦙',
    })
  })

  it('takes out of bytes the same way', async () => {
    const given = { id: '1', model: 'Lora', base64: Buffer.from([1, 2, 0xff, 3, 4, 5]).toString('base64') }
    const hasByte = async ({ base64 = '' }: { base64?: string }): Promise<boolean> =>
      Buffer.from(base64, 'base64').includes(0xff)
    expect((await shrink(given, hasByte)).base64).toBe(Buffer.from([0xff]).toString('base64'))
  })
})

describe('cases', () => {
  it('are the same for the same seed, and of every sort', () => {
    const some = [...cases(400, 5)]
    expect([...cases(400, 5)]).toEqual(some)
    expect(some.filter(({ mode }) => mode === 'strict').length).toBeGreaterThan(20)
    expect(some.filter(({ base64 }) => base64 !== undefined).length).toBeGreaterThan(5)
    expect(some.filter((given) => ourAnswer(given).ok).length).toBeGreaterThan(50)
    expect(some.filter((given) => !ourAnswer(given).ok).length).toBeGreaterThan(50)
  })
})

describe('isSameAnswer', () => {
  it('takes absent and null alike in a value, and sees every other difference', () => {
    expect(isSameAnswer({ ok: true, value: { a: null, b: 1 } }, { ok: true, value: { b: 1 } })).toBe(true)
    expect(isSameAnswer({ ok: true, value: { b: 1 } }, { ok: true, value: { b: '1' } })).toBe(false)
    expect(isSameAnswer({ ok: true, value: {} }, { ok: false, status: 400, detail: 'x' })).toBe(false)
  })
})
