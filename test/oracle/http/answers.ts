import { creationRefusals } from '../../../src/validation/index.js'
import type { CreateRequest } from './requests.js'

/** What came back: the status, and what a refusal says. */
export interface CreateAnswer {
  readonly status: number
  readonly detail?: unknown
}

/** What the library says of requests that are sent one after the other to a registry that holds nothing at first. */
export class OurRegistry {
  private readonly models = new Set<string>()

  answer({ workspace, body }: CreateRequest): CreateAnswer {
    const [first] = creationRefusals(body, {
      workspace,
      state: {
        hasWorkspace: (name) => name === 'default' || name === 'system',
        hasProject: () => false,
        hasFileset: () => false,
        hasModel: (of, name) => this.models.has(`${of}/${name}`),
      },
    })
    if (first === undefined || first.reason === 'too-deep') this.note(workspace, body, first?.status)
    return first === undefined
      ? { status: 201 }
      : { status: first.status, detail: JSON.parse(JSON.stringify(first.detail)) }
  }

  /** What is too deep to be answered has been stored before that is found. */
  private note(workspace: string, body: CreateRequest['body'], status = 201): void {
    if (status === 201 || status === 409) this.models.add(`${workspace}/${String(body['name'])}`)
  }
}
