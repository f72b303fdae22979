import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { jsonValue, readJson } from '../../../src/json/index.js'
import type { CreateAnswer } from './answers.js'
import type { CreateRequest } from './requests.js'

const SERVICES = 'models,entities,secrets,files,auth'
const STARTS_WITHIN_MS = 180_000

/** The platform itself, on the loopback, with an empty store of its own that goes when it is stopped. */
export class RunningPlatform {
  private readonly child: ChildProcess
  private readonly home: string
  /** Where it answers: `http://127.0.0.1:8089`. */
  readonly origin: string

  private constructor(child: ChildProcess, home: string, origin: string) {
    this.child = child
    this.home = home
    this.origin = origin
  }

  /** @param python - the Python of an installation that has `nemo` beside it */
  static async start(python: string): Promise<RunningPlatform> {
    const home = await mkdtemp(join(tmpdir(), 'platform-'))
    const port = String(await freePort())
    const args = ['services', 'run', '--services', SERVICES, '--host', '127.0.0.1', '--port', port]
    const env = { ...process.env, HOME: home }
    const child = spawn(join(dirname(python), 'nemo'), args, { env, stdio: 'ignore' })
    const platform = new RunningPlatform(child, home, `http://127.0.0.1:${port}`)
    try {
      await platform.isReady()
    } catch (error) {
      await platform.stop()
      throw error
    }
    return platform
  }

  async create({ workspace, body }: CreateRequest): Promise<CreateAnswer> {
    const path = `/apis/models/v2/workspaces/${encodedSegment(workspace)}/models`
    const reply = await this.send(path, JSON.stringify(body))
    const answer: unknown = JSON.parse(reply.text)
    return reply.status === 201
      ? { status: 201 }
      : { status: reply.status, detail: Reflect.get(Object(answer), 'detail') }
  }

  /** A model as the platform has stored it. Undefined if it has none of that name. */
  async model(workspace: string, name: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const path = `/apis/models/v2/workspaces/${encodedSegment(workspace)}/models/${encodedSegment(name)}?verbose=true`
    const reply = await this.send(path)
    const read = readJson(reply.text)
    return reply.status === 200 && read.ok ? Object(jsonValue(read.root)) : undefined
  }

  async openapi(): Promise<unknown> {
    return JSON.parse((await this.send('/openapi.json')).text)
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve))
      this.child.kill('SIGTERM')
      const patience = setTimeout(() => this.child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(patience)
    }
    await rm(this.home, { recursive: true, force: true })
  }

  private async isReady(): Promise<void> {
    for (const end = Date.now() + STARTS_WITHIN_MS; Date.now() < end; ) {
      if (this.child.exitCode !== null) throw new Error('the platform has ended before it answered')
      try {
        if ((await this.send('/openapi.json')).status === 200) return
      } catch {
        // Not yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
    throw new Error(`the platform has not answered within ${STARTS_WITHIN_MS / 1000} s`)
  }

  /** Not `fetch`, which resolves `.` and `..` in a path. */
  private async send(path: string, body?: string): Promise<{ status: number; text: string }> {
    const { request } = await import('node:http')
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' }
      const outgoing = request(
        `${this.origin}/`,
        { method: body === undefined ? 'GET' : 'POST', path, headers },
        (reply) => {
          const pieces: Buffer[] = []
          reply.on('data', (piece: Buffer) => pieces.push(piece))
          reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text: Buffer.concat(pieces).toString() }))
        },
      )
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  }
}

function encodedSegment(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
