import { describe, expect, it } from 'vitest'
import { hubSource } from '../../../../src/checkpoint/read/hub/hub-source.js'

type Answers = (url: string, init: RequestInit | undefined) => Response

const list = (entries: unknown, headers: Readonly<Record<string, string>> = {}) =>
  new Response(JSON.stringify(entries), { status: 200, headers })
const entry = (path: unknown, size: unknown = 3, type = 'file') => ({ path, size, type })

/** The source of a repository on a hub that answers so; and what was asked for. */
function hub(answers: Answers, hubUrl = 'https://hub.example') {
  const asked: string[] = []
  const fetch = (async (input, init) => {
    asked.push(String(input))
    return answers(String(input), init)
  }) satisfies typeof globalThis.fetch
  const source = hubSource('org/m', { fetch, hubUrl, offline: false, cacheFolder: '/nothing' }, async () => {})
  return { asked, source }
}

/** A hub whose every request fails with an error. */
const failing = (error: unknown) =>
  hub(() => {
    throw error
  }).source

describe('a hub that cannot be reached', () => {
  const caused = (code: string) =>
    new TypeError('https://user:secret@hub', { cause: Object.assign(new Error(), { code }) })

  it.each([
    [new DOMException('x', 'TimeoutError'), 'no answer within 30 seconds'],
    [caused('ENOTFOUND'), 'its name cannot be resolved'],
    [caused('EAI_AGAIN'), 'its name cannot be resolved'],
    [caused('ECONNREFUSED'), 'the connection is refused'],
    [caused('ECONNRESET'), 'the connection was closed'],
    [caused('UND_ERR_SOCKET'), 'the connection was closed'],
    [caused('CERT_HAS_EXPIRED'), 'the request failed (CERT_HAS_EXPIRED)'],
    [caused('X'.repeat(40)), `the request failed (${'X'.repeat(40)})`],
    [caused('X'.repeat(41)), 'the request failed'],
    [caused('secret code'), 'the request failed'],
    [new TypeError('secret', { cause: { code: 'ENOTFOUND' } }), 'the request failed'],
    [new TypeError('secret'), 'the request failed'],
    ['secret', 'the request failed'],
  ])('by %s says that %s, and repeats no message', async (error, reason) => {
    await expect(failing(error)).rejects.toMatchObject({
      code: 'unreadable_file',
      message: `hf:org/m cannot be read from hub.example: ${reason}`,
      place: ['org/m'],
    })
  })

  it.each(['https://user@hub.example', 'https://:word@hub.example', 'ftp://hub.example', 'nonsense'])(
    'because of its URL %s is asked nothing',
    async (url) => {
      const { source, asked } = hub(() => list([]), url)
      await expect(source).rejects.toMatchObject({
        code: 'unreadable_file',
        message: 'the URL of the hub cannot be used',
        place: ['org/m'],
        help: 'check HF_ENDPOINT or --hub-url: it starts with https:// and has no user name or password in it',
      })
      expect(asked).toStrictEqual([])
    },
  )

  it('redirects neither in a circle nor to http', async () => {
    const to = (location: string) => () => new Response(null, { status: 302, headers: { location } })
    await expect(hub(to('/again')).source).rejects.toThrow('the hub redirects in a circle')
    await expect(hub(to('http://storage.example/x')).source).rejects.toThrow(
      'the hub redirects to http://storage.example, which is not safe',
    )
  })

  it.each([299, 400])('does not redirect with status %i', async (status) => {
    const { source, asked } = hub(() => new Response('[]', { status, headers: { location: '/other' } }))
    await source.catch(() => undefined)
    expect(new Set(asked).size).toBe(1)
  })
})

describe('the list of files of a hub', () => {
  it('holds files with a name and a size only', async () => {
    const entries = [entry('a'), entry('b', '3'), entry(5), entry('c', 3, 'directory'), null, 'd', entry('e', 0)]
    expect(await (await hub(() => list(entries)).source).list()).toStrictEqual(['a', 'e'])
  })

  it.each([
    '<https://hub.example/2>; rel="next"',
    '<https://hub.example/2>;rel=next',
    '</2> ; rel="next"',
    '<x>; rel="first", </2>; rel="next"',
  ])('goes on at %s', async (link) => {
    const { source, asked } = hub((url) => (url.endsWith('/2') ? list([entry('b')]) : list([entry('a')], { link })))
    expect(await (await source).list()).toStrictEqual(['a', 'b'])
    expect(asked).toStrictEqual([
      'https://hub.example/api/models/org/m/tree/main?recursive=true',
      'https://hub.example/2',
    ])
  })

  it.each(['<https://hub.example/2>; rel="prev"', 'https://hub.example/2; rel="next"'])('ends at %s', async (link) => {
    expect(await (await hub(() => list([entry('a')], { link })).source).list()).toStrictEqual(['a'])
  })

  it('ends after 200 pages', async () => {
    const { source, asked } = hub(() => list([], { link: '</more>; rel="next"' }))
    await source
    expect(asked).toHaveLength(200)
  })

  it.each(['{}', 'null', '<html>'])('is not %s', async (body) => {
    await expect(hub(() => new Response(body)).source).rejects.toMatchObject({
      code: 'unreadable_file',
      message: 'hub.example does not answer like a hub: no list of files',
      place: ['org/m'],
      help: 'check HF_ENDPOINT or --hub-url',
    })
  })
})

describe('a file on a hub', () => {
  const reading = (answers: Answers) =>
    hub((url, init) => (url.includes('/tree/') ? list([entry('a b/c', 5)]) : answers(url, init)))

  it('is asked for as it is stored, and with a token only if there is one', async () => {
    const sent: Headers[] = []
    const fetch = (async (input, init) => {
      sent.push(new Headers(init?.headers))
      return String(input).includes('/tree/') ? list([entry('a', 5)]) : new Response('abcde', { status: 206 })
    }) satisfies typeof globalThis.fetch
    for (const token of [{}, { token: 'hf_x' }]) {
      const options = { fetch, hubUrl: 'https://hub.example', offline: false, cacheFolder: '/nothing', ...token }
      await (await hubSource('org/m', options)).read('a', 0, 5)
    }
    expect(sent.map((headers) => headers.get('authorization'))).toStrictEqual([
      null,
      null,
      'Bearer hf_x',
      'Bearer hf_x',
    ])
    expect(sent.map((headers) => headers.get('accept-encoding'))).toStrictEqual([null, 'identity', null, 'identity'])
  })

  it('that has no bytes, or cannot be reached any more, is an error', async () => {
    const empty = await reading(() => new Response(null, { status: 206 })).source
    await expect(empty.read('a b/c', 0, 4)).rejects.toMatchObject({ code: 'truncated_file' })
    const gone = await reading(() => {
      throw new TypeError('secret', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) })
    }).source
    await expect(gone.read('a b/c', 0, 4)).rejects.toMatchObject({
      code: 'unreadable_file',
      message: 'hf:org/m cannot be read from hub.example: the connection was closed',
      place: ['org/m'],
    })
  })

  it('that is refused is no other than the answer says, and is asked for once', async () => {
    const { source, asked } = reading(
      () => new Response(null, { status: 403, headers: { 'x-error-code': 'GatedRepo' } }),
    )
    await expect((await source).read('a b/c', 0, 4)).rejects.toMatchObject({
      ...{ message: 'hf:org/m is gated: its authors grant access', place: ['org/m', 'a b/c'] },
    })
    expect(asked).toHaveLength(2)
  })

  it('is read by a range, also from a host that ignores it', async () => {
    const ranges: unknown[] = []
    const { source, asked } = reading((_, init) => {
      ranges.push(new Headers(init?.headers).get('range'))
      return new Response('cd', { status: 206 })
    })
    expect(Buffer.from(await (await source).read('a b/c', 2, 4)).toString()).toBe('cd')
    expect(ranges).toStrictEqual(['bytes=2-3'])
    expect(asked.at(-1)).toBe('https://hub.example/org/m/resolve/main/a%20b/c')
    const whole = await reading(() => new Response('abcde')).source
    expect(Buffer.from(await whole.read('a b/c', 2, 9)).toString()).toBe('cde')
    expect(await whole.read('a b/c', 5, 9)).toStrictEqual(new Uint8Array())
  })

  it('that is cut off three times, changes, or is not there is an error', async () => {
    const { source, asked } = reading(() => new Response('c', { status: 206 }))
    await expect((await source).read('a b/c', 0, 4)).rejects.toMatchObject({
      code: 'truncated_file',
      message: 'hf:org/m/a b/c was cut off 3 times',
      place: ['org/m', 'a b/c'],
      help: 'the connection is not stable: run the command again',
    })
    expect(asked).toHaveLength(1 + 3)
    let commit = 0
    const changing = await reading(() => {
      commit += 1
      return new Response('abcde', { headers: { 'x-repo-commit': String(commit) } })
    }).source
    await changing.read('a b/c', 0, 5)
    await expect(changing.read('a b/c', 0, 5)).rejects.toMatchObject({
      code: 'unreadable_file',
      message: 'hf:org/m changed while it was read',
      place: ['org/m', 'a b/c'],
      help: 'run the command again, or pass a commit with --revision',
    })
    await expect(changing.size('x')).rejects.toMatchObject({
      ...{ code: 'unreadable_file', message: 'hf:org/m has no file x', place: ['x'] },
    })
  })
})
