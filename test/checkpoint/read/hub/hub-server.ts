/**
 * A server that behaves like the hub. `test/oracle/checkpoint/hub.py` runs `huggingface_hub` against it; what that library
 * answered is recorded in test/fixtures/checkpoint/hub-answers.json.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** A running server. */
export interface HubServer {
  readonly url: string
  /** Another host, to which large files are redirected. */
  readonly storageUrl: string
  /** Every request: `GET /org/name/resolve/main/config.json bytes=0-99`. */
  readonly requests: string[]
  /** The authorization headers that the storage host has got. */
  readonly tokensAtStorage: string[]
  /** Bytes of file content that were sent. */
  sentBytes(): number
  /** Answers the next requests with these instead: a status and headers, or `cut` to close the connection in the middle. */
  fail(...failures: readonly (readonly [status: number, headers?: Readonly<Record<string, string>>] | 'cut')[]): void
  close(): Promise<void>
}

/** What the server holds. */
export interface HubRepository {
  readonly files: Readonly<Record<string, Uint8Array>>
  /** The token that a private repository needs. */
  readonly token?: string
  /** Tokens with access, if its authors grant access. Its files can be listed, but not read. */
  readonly gated?: readonly string[]
  readonly isDisabled?: boolean
  /** The name of its only branch or tag, if that is not `main`. */
  readonly revision?: string
  /** The name that it has now. */
  readonly movedTo?: string
}

/** The commit of every revision. */
export const COMMIT = '0123456789abcdef0123456789abcdef01234567'

/** Entries on one page of a list of files: fewer than on the hub, so that small repositories have several pages. */
const PAGE = 4

/** Larger files are on the storage host, like those in Git LFS. */
const LARGE = 4096

/** Serves repositories as the hub does, with its status codes and headers for what is not there. */
export async function hubServer(repositories: Readonly<Record<string, HubRepository>>): Promise<HubServer> {
  const requests: string[] = []
  const tokensAtStorage: string[] = []
  const failures: (readonly [number, Readonly<Record<string, string>>?] | 'cut')[] = []
  let sent = 0

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://hub')
    const path = decodeURIComponent(url.pathname)
    requests.push(`${request.method} ${path} ${request.headers.range ?? ''}`.trim())
    const failure = failures.shift()
    if (failure === 'cut') {
      response.writeHead(206, { 'content-length': '1000' })
      response.write('x', () => response.destroy())
      return
    }
    if (failure) {
      response.writeHead(...failure).end()
      return
    }
    // A revision is one part of the path: its slashes are escaped.
    const api = /^\/api\/models\/([^/]+(?:\/[^/]+)?)\/(?:tree|revision)\/([^/]+)$/.exec(url.pathname)
    const file = /^\/([^/]+(?:\/[^/]+)?)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname)
    const [name = '', revision = '', inner = ''] = (api ?? file ?? []).slice(1).map(decodeURIComponent)
    const repository = Object.hasOwn(repositories, name) ? repositories[name] : undefined
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1]
    const content = repository?.files[inner]
    if (token === 'hf_expired') refuse(response, 401, '', 'Invalid credentials in Authorization header')
    else if (!repository || (repository.token !== undefined && repository.token !== token))
      refuse(response, token === undefined ? 401 : 404, 'RepoNotFound', 'Repository not found')
    else if (repository.movedTo !== undefined)
      redirect(response, url.pathname.replace(name, repository.movedTo) + url.search)
    else if (repository.isDisabled) refuse(response, 403, '', 'Access to this resource is disabled.')
    else if (![COMMIT, repository.revision ?? 'main'].includes(revision))
      refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`)
    else if (path.startsWith('/api/') && path.includes('/tree/')) list(response, repository, url, addressOf(server))
    else if (path.startsWith('/api/')) describe(response, name, repository)
    else if (repository.gated && (token === undefined || !repository.gated.includes(token)))
      refuse(response, token === undefined ? 401 : 403, 'GatedRepo', `Access to model ${name} is restricted.`)
    else if (!content) refuse(response, 404, 'EntryNotFound', 'Entry not found')
    else if (content.length < LARGE) send(request, response, content)
    else {
      const linked = { 'x-linked-size': String(content.length), 'x-linked-etag': '"abc"' }
      redirect(response, `${addressOf(storage)}${url.pathname}`, linked)
    }
  }

  function send(request: IncomingMessage, response: ServerResponse, content: Uint8Array): void {
    const match = /^bytes=(\d+)-(\d+)?$/.exec(request.headers.range ?? '')
    const part = match ? content.subarray(Number(match[1]), Number(match[2] ?? content.length) + 1) : content
    const headers: Record<string, string> = {
      ...{ etag: '"abc"', 'x-repo-commit': COMMIT, 'accept-ranges': 'bytes', 'content-length': String(part.length) },
    }
    if (match) headers['content-range'] = `bytes ${match[1]}-${Number(match[1]) + part.length - 1}/${content.length}`
    response.writeHead(match ? 206 : 200, headers)
    if (request.method === 'HEAD') response.end()
    else {
      sent += part.length
      response.end(part)
    }
  }

  const server = createServer(answer)
  const storage = createServer((request, response) => {
    const parts = /^\/([^/]+\/[^/]+)\/resolve\/[^/]+\/(.+)$/.exec(request.url ?? '') ?? []
    const [name = '', file = ''] = parts.slice(1).map(decodeURIComponent)
    if (request.headers.authorization !== undefined) tokensAtStorage.push(request.headers.authorization)
    const content = repositories[name]?.files[file]
    if (content) send(request, response, content)
    else response.writeHead(404).end()
  })
  await Promise.all([server, storage].map((one) => new Promise<void>((done) => one.listen(0, '127.0.0.1', done))))
  return {
    url: addressOf(server),
    storageUrl: addressOf(storage),
    requests,
    tokensAtStorage,
    sentBytes: () => sent,
    fail: (...next) => void failures.push(...next),
    close: async () => {
      for (const one of [server, storage]) {
        one.closeAllConnections()
        await new Promise<void>((done) => one.close(() => done()))
      }
    },
  }
}

/** Lists a page of files. The cursor of the next page is in the `Link` header. */
function list(response: ServerResponse, { files }: HubRepository, url: URL, hub: string): void {
  const start = Number(url.searchParams.get('cursor') ?? 0)
  const entries = Object.entries(files).map(([path, { length }]) => ({
    ...{ type: 'file', path, size: length, oid: '0'.repeat(40) },
    ...(length >= LARGE && { lfs: { oid: '1'.repeat(64), size: length, pointerSize: 134 } }),
  }))
  const page = entries.slice(start, start + PAGE)
  const query = `recursive=true&cursor=${start + PAGE}`
  const link = start + PAGE < entries.length ? { link: `<${hub}${url.pathname}?${query}>; rel="next"` } : {}
  response.writeHead(200, { 'content-type': 'application/json', ...link }).end(JSON.stringify(page))
}

function describe(response: ServerResponse, id: string, { files }: HubRepository): void {
  const siblings = Object.entries(files).map(([rfilename, { length }]) => ({ rfilename, size: length }))
  const body = {
    id,
    modelId: id,
    sha: COMMIT,
    private: false,
    gated: false,
    tags: [],
    downloads: 0,
    likes: 0,
    siblings,
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function redirect(response: ServerResponse, location: string, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(307, { location, 'x-repo-commit': COMMIT, etag: '"abc"', ...headers }).end()
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  const headers = {
    'content-type': 'application/json',
    'x-error-message': message,
    ...(code && { 'x-error-code': code }),
  }
  response.writeHead(status, headers).end(JSON.stringify({ error: message }))
}

function addressOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return `http://127.0.0.1:${address.port}`
}
