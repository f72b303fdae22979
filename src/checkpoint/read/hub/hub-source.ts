import { isObject } from '../../../architecture/config-object.js'
import { CheckpointError } from '../../../architecture/index.js'
import type { FileSource } from '../file-source.js'
import { answerError, type HubPlace, notCachedError, unreachableError } from './hub-errors.js'
import { type HubAnswer, HubUnreachable, hubRequest, type Wait } from './hub-requests.js'
import { type HubOptions, type HubSettings, hubSettings } from './hub-settings.js'

/**
 * A checkpoint on the hub, read with HTTP range requests: only the headers of weight files are downloaded. Offline, and if the
 * hub cannot be reached, it is read from the local cache of `huggingface_hub`.
 *
 * @param repository - `org/name`
 * @param wait - how to wait before a request is sent again
 */
export async function hubSource(repository: string, options: HubOptions = {}, wait?: Wait): Promise<FileSource> {
  const settings = hubSettings(options)
  const place = { repository, revision: settings.revision }
  const cached = async (): Promise<FileSource | undefined> => {
    if (settings.cacheFolder === undefined) return undefined
    const { cachedSource } = await import('./hub-cache.js')
    return cachedSource(repository, settings.revision, settings.cacheFolder)
  }
  if (settings.offline) {
    const source = await cached()
    if (source) return source
    throw notCachedError(place, settings)
  }
  try {
    return await onlineSource(repository, settings, wait)
  } catch (error) {
    if (!(error instanceof HubUnreachable)) throw error
    const source = await cached()
    if (!source) throw unreachableError(error, place, settings)
    return { ...source, notes: [`the hub cannot be reached: ${error.message}`, ...(source.notes ?? [])] }
  }
}

/** The files of one revision, with their sizes, as the hub lists them. */
async function onlineSource(repository: string, settings: HubSettings, wait: Wait | undefined): Promise<FileSource> {
  const { revision, endpoint } = settings
  const sizes = await listed(repository, settings, wait)
  let commit: string | undefined

  async function request(file: string, start: number, end: number): Promise<Uint8Array> {
    const place = { repository, revision, file }
    const path = file.split('/').map(encodeURIComponent).join('/')
    const url = `${endpoint}/${repository}/resolve/${encodeURIComponent(revision)}/${path}`
    const headers = { 'accept-encoding': 'identity', range: `bytes=${start}-${end - 1}` }
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await asked(settings, place, url, headers, wait)
        commit ??= answer.commit
        if (answer.commit !== undefined && answer.commit !== commit) throw changed(place)
        return await bytesOf(answer.response, start, end)
      } catch (error) {
        if (error instanceof HubUnreachable) throw unreachableError(error, place, settings)
        if (error instanceof CheckpointError) throw error
        if (attempt >= BODY_ATTEMPTS) throw cutOff(place)
      }
    }
  }

  function sizeOf(file: string): number {
    const size = sizes.get(file)
    if (size !== undefined) return size
    throw new CheckpointError('unreadable_file', `hf:${repository} has no file ${file}`, { place: [file] })
  }

  return {
    name: `hf:${repository}`,
    isRemote: true,
    list: async () => [...sizes.keys()],
    size: async (file) => sizeOf(file),
    read: async (file, start, end) => {
      const last = Math.min(end, sizeOf(file))
      return start < last ? request(file, start, last) : new Uint8Array()
    },
  }
}

/** More pages than any repository has: a page lists a thousand files. */
const MOST_PAGES = 200

/** The hub lists files in pages; the `Link` header names the next one. */
async function listed(repository: string, settings: HubSettings, wait: Wait | undefined): Promise<Map<string, number>> {
  const { endpoint, revision } = settings
  const place = { repository, revision }
  const sizes = new Map<string, number>()
  let url: string | undefined =
    `${endpoint}/api/models/${repository}/tree/${encodeURIComponent(revision)}?recursive=true`
  for (let page = 0; url !== undefined && page < MOST_PAGES; page++) {
    const { response }: HubAnswer = await asked(settings, place, url, {}, wait)
    const entries: unknown = await response.json().catch(() => undefined)
    if (!Array.isArray(entries)) throw notTheHub(place, settings)
    for (const entry of entries) {
      if (!isObject(entry) || entry['type'] !== 'file') continue
      const { path, size } = entry
      if (typeof path === 'string' && typeof size === 'number') sizes.set(path, size)
    }
    url = nextPage(response.headers.get('link'), url)
  }
  return sizes
}

function nextPage(link: string | null, url: string): string | undefined {
  const next = /<([^<>]+)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1]
  return next === undefined ? undefined : new URL(next, url).href
}

/** A successful answer. */
async function asked(
  settings: HubSettings,
  place: HubPlace,
  url: string,
  headers: Readonly<Record<string, string>>,
  wait: Wait | undefined,
): Promise<HubAnswer> {
  if (!isUsable(url)) {
    throw new CheckpointError('unreadable_file', 'the URL of the hub cannot be used', {
      place: [place.repository],
      help: 'check HF_ENDPOINT or --hub-url: it starts with https:// and has no user name or password in it',
    })
  }
  const answer = await hubRequest(settings, url, headers, wait)
  if (answer.response.ok) return answer
  await answer.response.body?.cancel()
  throw answerError(answer.response, place, settings)
}

function isUsable(url: string): boolean {
  if (!/^https?:/.test(url) || !URL.canParse(url)) return false
  const { username, password } = new URL(url)
  return username === '' && password === ''
}

/** The asked bytes of an answer. A host that ignores the range sends the file from its start; the rest is not read. */
async function bytesOf(response: Response, start: number, end: number): Promise<Uint8Array> {
  const skipped = response.status === 206 ? 0 : start
  const bytes = new Uint8Array(skipped + end - start)
  let length = 0
  const reader = response.body?.getReader()
  while (reader && length < bytes.length) {
    const { done, value } = await reader.read()
    if (done) break
    const part = value.subarray(0, bytes.length - length)
    bytes.set(part, length)
    length += part.length
  }
  await reader?.cancel()
  if (length === bytes.length) return bytes.subarray(skipped)
  throw new RangeError(`the answer ended after ${length} of ${bytes.length} bytes`)
}

/** How often an answer that was cut off is asked for again. */
const BODY_ATTEMPTS = 3

function cutOff({ repository, file = '' }: HubPlace): CheckpointError {
  return new CheckpointError('truncated_file', `hf:${repository}/${file} was cut off ${BODY_ATTEMPTS} times`, {
    place: [repository, file],
    help: 'the connection is not stable: run the command again',
  })
}

function changed({ repository, file }: HubPlace): CheckpointError {
  return new CheckpointError('unreadable_file', `hf:${repository} changed while it was read`, {
    place: [repository, file ?? ''],
    help: 'run the command again, or pass a commit with --revision',
  })
}

function notTheHub({ repository }: HubPlace, { endpoint }: HubSettings): CheckpointError {
  const host = URL.canParse(endpoint) ? new URL(endpoint).host : endpoint
  return new CheckpointError('unreadable_file', `${host} does not answer like a hub: no list of files`, {
    place: [repository],
    help: 'check HF_ENDPOINT or --hub-url',
  })
}
