import type { ToolchainName } from './toolchains.js'

/** What became of a check: nothing wrong, or a list of faults. `steps` says what was tried. */
export interface Outcome {
  readonly steps: string
  readonly faults: readonly string[]
}

/** Something that is tried with the toolchains of the machine. */
export interface Check {
  readonly title: string
  readonly needs: readonly ToolchainName[]
  readonly limits: readonly string[]
  readonly run: () => Outcome
}
