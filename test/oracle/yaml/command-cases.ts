import { checkSource } from '../../../src/manifest/check-source.js'
import { NO_POLICY } from '../../../src/manifest/policy.js'
import { type CreateAnswer, OurRegistry, type World } from '../http/answers.js'
import { commandReading } from './command-reading.js'

/** A manifest to create with the platform's command, and what we expect of it. */
export interface CommandCase {
  readonly file: string
  readonly bytes: Buffer
  readonly name: string
  /** What the command sends, as we say. */
  readonly body: Readonly<Record<string, unknown>>
  /** What the service answers to that, as we say. */
  readonly answer: CreateAnswer
}

/** Collects the manifests of which the check says that the command can send them. */
export class CommandCases {
  readonly all: CommandCase[] = []
  readonly counts = { created: 0, refused: 0, reread: 0 }
  readonly #registry: OurRegistry

  /** @param world - what the platform holds */
  constructor(world?: World) {
    this.#registry = new OurRegistry(world)
  }

  /** Adds a manifest, unless the check says that the command refuses it. */
  add(file: string, bytes: Buffer, name = `checked-${this.all.length}`): void {
    const { check } = checkSource(bytes, { file, target: 'nemo-cli', policy: NO_POLICY, name })
    const isReread = check.diagnostics.some(({ code }) => code === 'yaml-1.1-type')
    if (check.counts.error > 0 || (isReread && /YAML 1\.1[^"]*cannot read/.test(messages(check)))) return
    const { workspace: _, exist_ok: __, ...read } = Object(commandReading(bytes, file))
    const body = { ...read, name }
    const answer = this.#registry.answer({ workspace: 'default', body })
    this.all.push({ file, bytes, name, body, answer })
    if (isReread) this.counts.reread += 1
    else if (answer.status === 201) this.counts.created += 1
    else this.counts.refused += 1
  }
}

function messages({ diagnostics }: { readonly diagnostics: readonly { readonly message: string }[] }): string {
  return diagnostics.map(({ message }) => message).join('\n')
}
