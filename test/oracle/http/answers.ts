import { creationRefusals } from '../../../src/validation/index.js'
import type { CreateRequest } from './requests.js'

/** What came back: the status, and what a refusal says. */
export interface CreateAnswer {
  readonly status: number
  readonly detail?: unknown
}

/** What a registry holds before the first request, as `workspace/name`, besides the workspaces `default` and `system`. */
export interface World {
  readonly projects: ReadonlySet<string>
  readonly filesets: ReadonlySet<string>
}

const EMPTY: World = { projects: new Set(), filesets: new Set() }

/** What the library says of requests that are sent one after the other to a registry that holds no models at first. */
export class OurRegistry {
  private readonly models = new Set<string>()
  private readonly world: World

  constructor(world = EMPTY) {
    this.world = world
  }

  answer({ workspace, body }: CreateRequest): CreateAnswer {
    const [first] = creationRefusals(body, {
      workspace,
      integers: 'bigint',
      state: {
        hasWorkspace: (name) => this.hasWorkspace(name),
        hasProject: (of, name) => this.world.projects.has(`${of}/${name}`),
        hasFileset: (of, name) => this.world.filesets.has(`${of}/${name}`),
        hasModel: (of, name) => this.models.has(`${of}/${name}`),
      },
    })
    if (first === undefined || first.reason === 'too-deep') this.note(workspace, body, first?.status)
    return first === undefined
      ? { status: 201 }
      : { status: first.status, detail: JSON.parse(JSON.stringify(first.detail)) }
  }

  private hasWorkspace(name: string): boolean {
    const isNamed = (reference: string) => reference.startsWith(`${name}/`)
    return name === 'default' || name === 'system' || [...this.world.filesets].some(isNamed)
  }

  /** What is too deep to be answered has been stored before that is found. */
  private note(workspace: string, body: CreateRequest['body'], status = 201): void {
    if (status === 201 || status === 409) this.models.add(`${workspace}/${String(body['name'])}`)
  }
}
