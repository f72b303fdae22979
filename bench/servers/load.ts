import { Agent, request } from 'node:http'
import { requestBody } from './request-body.js'

/** What a stretch of load gave. */
export interface Load {
  readonly requests: number
  readonly seconds: number
  /** Of every request, in milliseconds. */
  readonly latencies: readonly number[]
}

const CONNECTIONS = 16
let made = 0

/** Creates models one after the other on each of 16 connections, for so long. */
export async function load(origin: string, seconds: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const latencies: number[] = []
  const start = performance.now()
  const end = start + seconds * 1000
  async function one(): Promise<void> {
    while (performance.now() < end) {
      const sent = performance.now()
      made += 1
      const status = await create(origin, agent, requestBody(`model-${process.pid}-${made}`))
      if (status !== 201) throw new Error(`${origin} has answered ${status}`)
      latencies.push(performance.now() - sent)
    }
  }
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, one))
    return { requests: latencies.length, seconds: (performance.now() - start) / 1000, latencies }
  } finally {
    agent.destroy()
  }
}

function create(origin: string, agent: Agent, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${origin}/apis/models/v2/workspaces/default/models`,
      {
        agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (reply) => {
        reply.resume()
        reply.on('end', () => resolve(reply.statusCode ?? 0))
        reply.on('error', reject)
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
