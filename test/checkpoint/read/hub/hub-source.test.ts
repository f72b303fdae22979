import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readCheckpointFiles } from '../../../../src/checkpoint/read/checkpoint-files.js'
import type { HubOptions } from '../../../../src/checkpoint/read/hub/hub-settings.js'
import { hubSource } from '../../../../src/checkpoint/read/hub/hub-source.js'
import { readCheckpoint } from '../../../../src/checkpoint/read/index.js'
import { COMMIT, type HubServer, hubServer } from './hub-server.js'
import { CONFIG, REPOSITORIES } from './repositories.js'

let hub: HubServer
let cacheFolder = ''
const waits: number[] = []
const text = (content: unknown) => new TextEncoder().encode(JSON.stringify(content))
const MIB = 1024 * 1024

beforeAll(async () => {
  hub = await hubServer(REPOSITORIES)
})

beforeEach(() => {
  waits.length = 0
  hub.requests.length = 0
  cacheFolder = mkdtempSync(join(tmpdir(), 'hub-cache-'))
})

afterAll(() => hub.close())

/** What `huggingface_hub` answered for the same server: `test/oracle/checkpoint/hub.py`. */
const RECORDED: {
  readonly files: readonly string[]
  readonly answers: readonly (readonly [
    asked: readonly [repository: string, token: string | null, revision: string, file: string],
    answer: { readonly bytes: number } | { readonly error: string },
  ])[]
} = JSON.parse(readFileSync(new URL('../../../fixtures/checkpoint/hub-answers.json', import.meta.url), 'utf8'))

/** What is said where `huggingface_hub` raises an error. */
const MESSAGES: Readonly<Record<string, unknown>> = {
  RepositoryNotFoundError: expect.stringContaining('does not exist, or is private'),
  RevisionNotFoundError: expect.stringContaining('has no revision'),
  RemoteEntryNotFoundError: expect.stringContaining('has no file'),
  GatedRepoError: expect.stringContaining('is gated'),
  // It takes a disabled repository for a hub that cannot be reached, and looks into its cache.
  LocalEntryNotFoundError: expect.stringContaining('is disabled'),
  HfHubHTTPError: expect.stringContaining('does not accept the token'),
}

const source = (repository: string, options: HubOptions = {}) =>
  hubSource(repository, { hubUrl: hub.url, offline: false, cacheFolder, ...options }, async (milliseconds) => {
    waits.push(milliseconds)
  })
const read = async (repository: string, options: HubOptions = {}) =>
  readCheckpointFiles(await source(repository, options))

describe('hubSource', () => {
  it('reads the config and the headers, and none of the eight MiB of weights', async () => {
    const before = hub.sentBytes()
    const files = await read('org/model')
    expect(files.config).toStrictEqual(CONFIG)
    expect(files.headers.get('model.safetensors')?.tensors.get('model.embed_tokens.weight')?.shape).toStrictEqual([
      4096, 1024,
    ])
    expect(hub.sentBytes() - before).toBeLessThan(MIB)
  })

  it('reads every page of the list of files', async () => {
    expect(await (await source('org/model')).list()).toHaveLength(11)
    expect(hub.requests.filter((request) => request.includes('/tree/'))).toHaveLength(3)
  })

  it('sends the token to the hub, and never to the host that it redirects to', async () => {
    const files = await read('org/private', { token: 'hf_secret' })
    expect(files.headers.size).toBe(1)
    expect(hub.tokensAtStorage).toStrictEqual([])
  })

  it('reads the revision that is asked for, also one with a slash, and one after @', async () => {
    expect((await read('org/branch', { revision: 'refs/pr/1' })).headers.size).toBe(1)
    expect((await read('org/branch', { revision: COMMIT })).headers.size).toBe(1)
    const { spec } = await readCheckpoint(`hf:org/branch@${COMMIT}`, { hubUrl: hub.url, offline: false })
    expect(spec?.checkpoint_model_name).toBe('org/branch')
  })

  it('follows a repository to its new name', async () => {
    expect((await read('org/old')).config).toStrictEqual(CONFIG)
  })

  it.each([
    ['org/private', {}, /does not exist, or is private/, /token/],
    ['org/nothing', { token: 'hf_secret' }, /does not exist, or is private/, /account of the token/],
    ['org/gated', {}, /is gated/, /ask for access at .*org\/gated, then pass a token/],
    ['org/gated', { token: 'hf_secret' }, /is gated/, /with the account of the token/],
    ['org/disabled', {}, /is disabled/, /page/],
    ['org/model', { token: 'hf_expired' }, /does not accept the token/, /wrong or has expired/],
    ['org/model', { revision: 'v9' }, /has no revision "v9"/, /branch, a tag/],
  ])('refuses %s with %j, and says what to do', async (repository, options, message, help) => {
    await expect(read(repository, options)).rejects.toMatchObject({
      ...{ name: 'CheckpointError', code: 'unreadable_file' },
      message: expect.stringMatching(message),
      help: expect.stringMatching(help),
    })
  })

  it('reads a gated repository with a token that has access', async () => {
    expect((await read('org/gated', { token: 'hf_granted' })).headers.size).toBe(1)
  })

  it('tells a file that is not there by its name', async () => {
    await expect((await source('org/model')).read('nothing.json', 0, 1)).rejects.toMatchObject({
      ...{ code: 'unreadable_file', place: ['nothing.json'] },
    })
  })

  it('goes through the fetch that it is given', async () => {
    const asked: string[] = []
    const spy: typeof fetch = (input, init) => {
      asked.push(String(input))
      return fetch(input, init)
    }
    await (await source('org/private', { fetch: spy, token: 'hf_secret' })).read('config.json', 0, 4)
    expect(asked).toStrictEqual([
      `${hub.url}/api/models/org/private/tree/main?recursive=true`,
      `${hub.url}/org/private/resolve/main/config.json`,
    ])
  })
})

describe('huggingface_hub', () => {
  it('lists the same files', async () => {
    expect((await (await source('org/model')).list()).toSorted()).toStrictEqual(RECORDED.files)
  })

  it.each(RECORDED.answers)('answers %j in the same way', async ([repository, token, revision, file], answer) => {
    const options = { revision, ...(token !== null && { token }) }
    const bytesOf = async () => {
      const files = await source(repository, options)
      return { bytes: (await files.read(file, 0, await files.size(file))).length }
    }
    const outcome = await bytesOf().catch((error: unknown) => ({ error }))
    if ('bytes' in answer) expect(outcome).toStrictEqual(answer)
    else expect(outcome).toMatchObject({ error: { message: MESSAGES[answer.error] } })
  })
})

describe('a hub with problems', () => {
  it('is asked again after the time that it names', async () => {
    hub.fail([429, { 'retry-after': '3' }], [429, { ratelimit: '"api";r=0;t=7' }])
    expect((await read('org/model')).config).toStrictEqual(CONFIG)
    expect(waits).toStrictEqual([3000, 7000])
  })

  it('is asked again after a growing time if it is overloaded', async () => {
    hub.fail([503], [500], [502], [504])
    expect((await read('org/model')).config).toStrictEqual(CONFIG)
    expect(waits).toHaveLength(4)
    expect(waits[3]).toBeGreaterThan(2 * (waits[1] ?? 0))
  })

  it('is asked again after half a second at first, and a quarter more or less', async () => {
    const files = await source('org/model')
    waits.length = 0
    for (let read = 0; read < 80; read++) {
      hub.fail([503])
      await files.read('config.json', 0, 4)
    }
    expect(waits).toHaveLength(80)
    expect(waits.filter((wait) => wait < 375 || wait > 625)).toStrictEqual([])
    expect(new Set(waits).size).toBeGreaterThan(40)
    waits.length = 0
    hub.fail([408], [425], [500], [502])
    await files.read('config.json', 0, 4)
    const bounds = [500, 1000, 2000, 4000]
    expect(waits.map((wait, index) => Math.abs(wait / (bounds[index] ?? 0) - 1) <= 0.25)).toStrictEqual([
      ...[true, true, true, true],
    ])
  })

  it.each([400, 403, 404, 501, 505])('is asked once if it answers %i, which is no passing trouble', async (status) => {
    const files = await source('org/model')
    hub.requests.length = 0
    hub.fail([status])
    await expect(files.read('config.json', 0, 4)).rejects.toMatchObject({ code: 'unreadable_file' })
    expect([hub.requests.length, waits.length]).toStrictEqual([1, 0])
  })

  it('is waited for, not only asked again', async () => {
    const files = await hubSource('org/model', { hubUrl: hub.url, offline: false, cacheFolder })
    hub.fail([429, { 'retry-after': '1' }])
    const begun = performance.now()
    await files.read('config.json', 0, 4)
    expect(performance.now() - begun).toBeGreaterThan(950)
  })

  it('is waited for as long as it asks, up to a minute', async () => {
    const files = await source('org/model')
    hub.fail([429, { 'retry-after': '60' }])
    await files.read('config.json', 0, 4)
    expect(waits).toStrictEqual([60_000])
    hub.fail([429, { 'retry-after': '61' }])
    await expect(files.read('config.json', 0, 4)).rejects.toMatchObject({ message: expect.stringContaining('(429)') })
    expect(waits).toStrictEqual([60_000])
  })

  it('is given up after five attempts, or if it asks for a long wait', async () => {
    hub.fail(...Array.from({ length: 5 }, () => [503] as const))
    await expect(read('org/model')).rejects.toMatchObject({ message: expect.stringContaining('503') })
    expect(hub.requests).toHaveLength(5)
    hub.fail([429, { 'retry-after': '3600' }])
    await expect(read('org/model')).rejects.toMatchObject({
      message: expect.stringContaining('429'),
      help: expect.stringContaining('try again in 3600 seconds; with a token'),
    })
  })

  it('that cuts an answer off is asked for it again', async () => {
    const files = await source('org/model')
    hub.fail('cut')
    expect(await files.read('config.json', 0, 100)).toStrictEqual(text(CONFIG))
    hub.fail('cut', 'cut', 'cut')
    await expect(files.read('config.json', 0, 100)).rejects.toMatchObject({ code: 'truncated_file' })
  })

  it('that changes while it is read is refused', async () => {
    const commits = ['a'.repeat(40), 'b'.repeat(40)]
    const changing: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      if (!String(input).includes('/resolve/')) return response
      return new Response(response.body, {
        status: response.status,
        headers: { 'x-repo-commit': commits.shift() ?? '' },
      })
    }
    const files = await source('org/model', { fetch: changing })
    await files.read('docs/0.md', 0, 3)
    await expect(files.read('docs/1.md', 0, 3)).rejects.toMatchObject({ message: expect.stringContaining('changed') })
  })

  it('that is something else is refused', async () => {
    const other: typeof fetch = async () => new Response('<html>')
    await expect(read('org/model', { fetch: other })).rejects.toMatchObject({
      message: expect.stringContaining('does not answer like a hub'),
    })
    for (const hubUrl of ['no url', 'http://user:secret@127.0.0.1:1', 'file:///etc'])
      await expect(read('org/model', { hubUrl })).rejects.toMatchObject({
        message: 'the URL of the hub cannot be used',
        help: expect.not.stringContaining('secret'),
      })
  })

  it('that redirects to itself, or from https to http, is refused', async () => {
    const circle: typeof fetch = async () => new Response(null, { status: 302, headers: { location: '/' } })
    await expect(read('org/model', { fetch: circle })).rejects.toMatchObject({
      message: expect.stringContaining('in a circle'),
    })
    const unsafe: typeof fetch = async () =>
      new Response(null, { status: 302, headers: { location: 'http://storage.example/x' } })
    await expect(read('org/model', { fetch: unsafe, hubUrl: 'https://hub.example' })).rejects.toMatchObject({
      message: expect.stringContaining('not safe'),
    })
  })

  it('that ignores ranges is not read to the end of a file', async () => {
    let pulled = 0
    const endless: typeof fetch = async (input, init) => {
      if (!String(input).includes('/resolve/')) return fetch(input, init)
      return new Response(
        new ReadableStream({
          pull(controller) {
            pulled += MIB
            controller.enqueue(new Uint8Array(MIB))
          },
        }),
      )
    }
    const files = await source('org/model', { fetch: endless })
    expect(await files.read('model.safetensors', 0, 10)).toHaveLength(10)
    expect(pulled).toBeLessThan(4 * MIB)
  })
})

describe('the local cache', () => {
  function download(files: Readonly<Record<string, Uint8Array>>): void {
    const folder = join(cacheFolder, 'models--org--model')
    for (const inner of ['refs', 'blobs', `snapshots/${COMMIT}`]) mkdirSync(join(folder, inner), { recursive: true })
    writeFileSync(join(folder, 'refs/main'), COMMIT)
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, 'blobs', name), content)
      symlinkSync(`../../blobs/${name}`, join(folder, `snapshots/${COMMIT}`, name))
    }
  }
  const unreachable: typeof fetch = () => Promise.reject(new TypeError('fetch failed'))

  it('is read offline, without a request', async () => {
    download({ 'config.json': text(CONFIG) })
    for (const revision of ['main', COMMIT]) {
      const options = { offline: true, cacheFolder, hubUrl: hub.url, revision }
      const { spec, notes } = await readCheckpoint('hf:org/model', options)
      expect(spec).toMatchObject({ checkpoint_model_name: 'org/model', family: 'llama' })
      expect(notes[0]).toBe('read from the local cache (commit 0123456), which may lack files of the repository')
    }
    expect(hub.requests).toStrictEqual([])
  })

  it('is read if the hub cannot be reached', async () => {
    download({ 'config.json': text(CONFIG) })
    const files = await source('org/model', { fetch: unreachable })
    expect(files.notes).toStrictEqual([
      'the hub cannot be reached: the request failed',
      expect.stringContaining('local cache'),
    ])
    expect(await files.list()).toStrictEqual(['config.json'])
  })

  it('is not read instead of what the hub refuses', async () => {
    download({ 'config.json': text(CONFIG) })
    await expect(read('org/model', { token: 'hf_expired' })).rejects.toMatchObject({ code: 'unreadable_file' })
  })

  it('has revisions below its folder of them only, whatever their names', async () => {
    download({ 'config.json': text(CONFIG) })
    const refs = join(cacheFolder, 'models--org--model/refs')
    mkdirSync(join(refs, 'refs/pr'), { recursive: true })
    writeFileSync(join(refs, 'refs/pr/1'), `${COMMIT}\n`)
    writeFileSync(join(refs, '../outside'), COMMIT)
    const isRead = async (revision: string) =>
      (await source('org/model', { offline: true, revision }).catch(() => undefined)) !== undefined
    expect(await Promise.all(['main', 'refs/pr/1', COMMIT].map(isRead))).toStrictEqual([true, true, true])
    const wrong = ['./main', 'refs/./pr/1', '../outside', 'refs//pr/1', 'main/', '.', 'b'.repeat(40), 'A'.repeat(40)]
    expect((await Promise.all(wrong.map(isRead))).filter(Boolean)).toStrictEqual([])
    writeFileSync(join(refs, 'short'), COMMIT.slice(0, 39))
    expect(await isRead('short')).toBe(false)
    // A file where the folder of a commit should be.
    writeFileSync(join(cacheFolder, 'models--org--model/snapshots', 'c'.repeat(40)), 'x')
    expect(await isRead('c'.repeat(40))).toBe(false)
  })

  it.each(['main', '../../elsewhere', 'v1', ''])('says that it lacks the revision %j', async (revision) => {
    await expect(read('org/model', { offline: true, revision })).rejects.toMatchObject({
      ...{ code: 'no_checkpoint', help: expect.stringContaining('hf download org/model') },
    })
    await expect(read('org/model', { fetch: unreachable, revision })).rejects.toMatchObject({
      ...{ code: 'unreadable_file', help: expect.stringContaining('network') },
    })
  })
})
