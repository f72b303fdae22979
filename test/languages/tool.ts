import type { Command } from './command.js'
import type { Install } from './install.js'
import type { ToolchainName } from './toolchains.js'

/** Where a tool finds its things. All paths are absolute. */
export interface Places {
  /** The folder that is the tool's own: generated code and the programs that use it. */
  readonly out: string
  /** The artifact that the tool reads. */
  readonly artifact: string
  /** A file of an installation: `at('go/bin/ogen')`. */
  readonly at: (path: string) => string
}

/** A code generator, and how its output is held to the artifact. One row for each. */
export interface GeneratorTool {
  readonly name: string
  readonly version: string
  readonly language: string
  readonly needs: readonly ToolchainName[]
  readonly installs: readonly Install[]
  /** The artifact that this tool reads best: a file in `schemas`. */
  readonly artifact: string
  readonly generate: (places: Places) => readonly Command[]
  /** Files beside the generated code: a file of `programs`, or a text made of the entities. */
  readonly files?: Readonly<Record<string, string | ((entities: readonly unknown[]) => string)>>
  /** Compiles and checks types. Without it, only the text of the output is checked. */
  readonly compile?: (places: Places) => readonly Command[]
  /** Reads entities as JSON Lines from standard input, and writes each again. */
  readonly roundTrip?: (places: Places) => Command
  /** The paths of the files that hold generated code: below `generated`. */
  readonly sources: RegExp
  /** What the output must say. */
  readonly says: Expectations
  readonly limits?: readonly Limit[]
}

/** What must occur in the generated code. */
export interface Expectations {
  /** Finds each declared type: the first group is its name. */
  readonly declared: RegExp
  /** Types beyond the page's that the tool always makes. */
  readonly adds?: RegExp
  /** Names of the page without a type of their own. A limit of the tool says so. */
  readonly lacks?: readonly string[]
  /** `base_num_parameters` as a number that holds 64 bits. */
  readonly count: RegExp
  /** `project`: optional, and may be null. */
  readonly nullable: RegExp
  /** Whether the descriptions are in the code. Default: true. */
  readonly documented?: false
}

/** What a tool cannot do, found with its version. */
export interface Limit {
  readonly text: string
  /** The losses of a round trip that the limit explains. It must explain one, or it is out of date. */
  readonly explains?: RegExp
}
