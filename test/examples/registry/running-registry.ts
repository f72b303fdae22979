import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WORLD } from '../../oracle/registry/steps.js'

const MAIN = fileURLToPath(new URL('../../../examples/registry/main.ts', import.meta.url))
const STARTS_WITHIN_MS = 120_000

/** Variables of the environment for a registry. */
export type Settings = Readonly<Record<string, string>>

/** The registry in a process of its own, as `npm run registry` starts it. */
export class RunningRegistry {
  readonly origin: string
  private readonly child: ChildProcess
  private readonly output: { text: string }

  private constructor(child: ChildProcess, origin: string, output: { text: string }) {
    this.child = child
    this.origin = origin
    this.output = output
  }

  static async start(settings: Settings): Promise<RunningRegistry> {
    const env = { PATH: process.env['PATH'] ?? '', HOST: '127.0.0.1', PORT: '0', ...settings }
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const output = { text: '' }
    child.stdout.on('data', (piece: Buffer) => {
      output.text += piece
    })
    child.stderr.on('data', (piece: Buffer) => {
      output.text += piece
    })
    for (const end = Date.now() + STARTS_WITHIN_MS; Date.now() < end; ) {
      const origin = /curl -X POST (http:\/\/[^/]+)/.exec(output.text)?.[1]
      if (origin !== undefined) return new RunningRegistry(child, origin, output)
      if (child.exitCode !== null) break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    child.kill('SIGKILL')
    throw new Error(`the registry has not started:\n${output.text}`)
  }

  /** Everything that it has written: the log and the help. */
  get log(): string {
    return this.output.text
  }

  request(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.origin}${path}`, init)
  }

  /** Sends JSON, and returns the status and the parsed answer. */
  async send(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const reply = await this.request(path, {
      method,
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    return { status: reply.status, body: text === '' ? undefined : JSON.parse(text) }
  }

  /** Ends the process, and returns its exit code: null if a signal ended it. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve))
      this.child.kill(signal)
      await ended
    }
    return this.child.exitCode
  }
}

/** A new folder that goes when the test file ends. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'registry-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Makes the filesets of the recorded steps under a folder, and returns the settings for the rest of their world. */
export function worldIn(folder: string): Settings {
  for (const { workspace, name, files } of WORLD.filesets) {
    mkdirSync(join(folder, workspace, name), { recursive: true })
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, workspace, name, file), text)
  }
  return {
    REGISTRY_FILESETS: folder,
    REGISTRY_WORKSPACES: WORLD.workspaces.join(','),
    REGISTRY_PROJECTS: WORLD.projects.map(({ workspace, name }) => `${workspace}/${name}`).join(','),
  }
}
