import type { ConfigChoice } from '../check/config-files.js'

/** What the flags of the language server say. */
export interface ServerChoices {
  readonly config: ConfigChoice
  /** The workspace that requests belong to. */
  readonly workspace: string
}
