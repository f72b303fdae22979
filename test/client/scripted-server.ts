import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How the server treats one request. */
export type Behaviour = (response: ServerResponse, request: IncomingMessage) => void

/** A request that the server got. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A server on the loopback that treats its requests one after the other as a script says; the last line repeats. */
export interface ScriptedServer {
  readonly url: string
  readonly received: Received[]
  close(): Promise<void>
}

export async function scriptedServer(...script: readonly Behaviour[]): Promise<ScriptedServer> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      received.push({ method, path: url, headers, body: Buffer.concat(chunks).toString() })
      script[Math.min(received.length, script.length) - 1]?.(response, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Answers JSON. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return text(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers })
}

/** Answers a text, or bytes. */
export function text(
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Behaviour {
  return (response) => response.writeHead(status, headers).end(body)
}

/** A port of the loopback that nothing listens on. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
