import type { LoadedConfig } from './config-files.js'

/** More warnings than are allowed. */
export interface ExceededLimit {
  readonly warnings: number
  readonly most: number
  /** What sets the limit: `--max-warnings`, or the `maxWarnings` of a config. */
  readonly source: string
}

/** Counts warnings against the limits: `--max-warnings` for all files, or `maxWarnings` of each config for its own files. */
export class WarningLimits {
  readonly #flag: number | undefined
  readonly #counts = new Map<LoadedConfig | undefined, number>()

  constructor(flag: number | undefined) {
    this.#flag = flag
  }

  /** Adds the warnings of a file. */
  add(config: LoadedConfig | undefined, warnings: number): void {
    const scope = this.#flag === undefined ? config : undefined
    this.#counts.set(scope, (this.#counts.get(scope) ?? 0) + warnings)
  }

  get exceeded(): readonly ExceededLimit[] {
    return [...this.#counts].flatMap(([config, warnings]) => {
      const most = config === undefined ? this.#flag : config.policy.settings.maxWarnings
      const source = config === undefined ? '--max-warnings' : `maxWarnings in ${config.name}`
      return most === undefined || warnings <= most ? [] : [{ warnings, most, source }]
    })
  }
}
