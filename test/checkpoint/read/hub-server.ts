import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** A server that speaks as much of the hub's protocol as reading a repository takes. */
export interface HubServer {
  readonly url: string
  /** Every request: `GET /org/name/resolve/main/config.json bytes=0-99`. */
  readonly requests: string[]
  /** Bytes of file content that were sent. */
  sentBytes(): number
  close(): Promise<void>
}

/** What the server holds: the files of each repository by name; `token` is asked for where it is set. */
export interface HubRepository {
  readonly files: Readonly<Record<string, Uint8Array>>
  readonly token?: string
  readonly revision?: string
}

/**
 * Serves repositories as the hub does: a tree at `/api/models/{repository}/tree/{revision}`, files with byte ranges at
 * `/{repository}/resolve/{revision}/{file}`, and its words and headers for what is not there.
 */
export async function hubServer(repositories: Readonly<Record<string, HubRepository>>): Promise<HubServer> {
  const requests: string[] = []
  let sent = 0

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://hub').pathname)
    requests.push(`${request.method} ${path} ${request.headers.range ?? ''}`.trim())
    const tree = /^\/api\/models\/([^/]+\/[^/]+)\/tree\/([^/]+)/.exec(path)
    const file = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path)
    const [, name = '', revision = ''] = tree ?? file ?? []
    const repository = Object.hasOwn(repositories, name) ? repositories[name] : undefined
    const content = repository?.files[file?.[3] ?? '']
    if (!repository || (repository.token && request.headers.authorization !== `Bearer ${repository.token}`)) {
      refuse(response, 401, 'RepoNotFound', 'Invalid username or password.')
    } else if (revision !== (repository.revision ?? 'main')) {
      refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`)
    } else if (tree) list(response, repository)
    else if (content) send(response, content, request.headers.range)
    else refuse(response, 404, 'EntryNotFound', 'Entry not found')
  }

  function send(response: ServerResponse, content: Uint8Array, range: string | undefined): void {
    const match = /^bytes=(\d+)-(\d+)$/.exec(range ?? '')
    const part = match ? content.subarray(Number(match[1]), Number(match[2]) + 1) : content
    sent += part.length
    const headers: Record<string, string> = { etag: '"abc"', 'content-length': String(part.length) }
    if (match) headers['content-range'] = `bytes ${match[1]}-${match[2]}/${content.length}`
    response.writeHead(match ? 206 : 200, headers).end(part)
  }

  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: addressOf(server),
    requests,
    sentBytes: () => sent,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function list(response: ServerResponse, { files }: HubRepository): void {
  const entries = Object.entries(files).map(([path, { length }]) => ({
    type: 'file',
    path,
    size: length,
    oid: '0'.repeat(40),
  }))
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(entries))
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  const headers = { 'content-type': 'application/json', 'x-error-code': code, 'x-error-message': message }
  response.writeHead(status, headers).end(JSON.stringify({ error: message }))
}

function addressOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return `http://127.0.0.1:${address.port}`
}
