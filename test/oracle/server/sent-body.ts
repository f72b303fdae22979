import { request } from 'node:http'

/** A request that is sent over a socket, byte for byte. */
export interface SentBody {
  readonly id: string
  /** The name of the definition that the route validates. */
  readonly model: string
  /** The headers besides `Host` and the length. */
  readonly headers: readonly (readonly [string, string])[]
  /** The bytes of the body in base 64. */
  readonly base64: string
  /** In how many pieces the body is sent, chunked. In one, with its length, where this is not given. */
  readonly chunks?: number
}

/** What a server answers. */
export interface SentAnswer {
  readonly status: number
  readonly contentType: string | null
  readonly text: string
}

/** A request and its answer: one line of a fixture. */
export type SentRecord = SentBody & SentAnswer

/** Sends one request to the route of its model on a server. */
export function send(origin: string, { model, headers, base64, chunks }: SentBody): Promise<SentAnswer> {
  const body = Buffer.from(base64, 'base64')
  const length = chunks === undefined ? ['content-length', String(body.length)] : ['transfer-encoding', 'chunked']
  return new Promise((resolve, reject) => {
    const { host } = new URL(origin)
    const options = { method: 'POST', headers: ['host', host, ...headers.flat(), ...length], agent: false }
    const outgoing = request(`${origin}/validate/${model}`, options, (reply) => {
      const pieces: Buffer[] = []
      reply.on('data', (piece: Buffer) => pieces.push(piece))
      reply.on('error', reject)
      reply.on('end', () => {
        const text = Buffer.concat(pieces).toString('utf8')
        resolve({ status: reply.statusCode ?? 0, contentType: reply.headers['content-type'] ?? null, text })
      })
    })
    outgoing.on('error', reject)
    for (const piece of piecesOf(body, chunks ?? 1)) outgoing.write(piece)
    outgoing.end()
  })
}

function piecesOf(body: Buffer, count: number): Buffer[] {
  const length = Math.max(1, Math.ceil(body.length / count))
  const pieces: Buffer[] = []
  for (let at = 0; at < body.length; at += length) pieces.push(body.subarray(at, at + length))
  return pieces
}
