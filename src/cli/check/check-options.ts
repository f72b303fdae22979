/** The flags of `model-entity check`, and what they choose. */

import type { SchemaName } from '../../schemas/index.js'
import type { ReportFile } from '../check-outputs.js'
import { UsageError } from '../exit-code.js'
import type { CheckFormat } from '../formats/check/index.js'
import { STANDARD_INPUT } from '../read-file.js'
import type { CheckChoices } from './check-choices.js'

/** The flags as given. */
export interface CheckOptions {
  readonly format: CheckFormat
  readonly output?: readonly ReportFile[]
  readonly model?: SchemaName
  readonly maxWarnings?: number
  readonly maxDiagnostics: number
  readonly quiet?: true
  readonly verbose?: true
  readonly name?: string
  readonly workspace: string
  readonly exclude: readonly string[]
  readonly forceExclude?: true
  readonly gitignore: boolean
  /** The file of `--config`, or false for `--no-config`. */
  readonly config?: string | boolean
  readonly stdinFilename?: string
  readonly complete?: true
  readonly fix?: true
  readonly diff?: true
  readonly sortKeys?: true
  readonly fixSpec?: true
  readonly filesets?: string
  readonly for?: 'nemo-cli'
  readonly baseline?: string
  readonly writeBaseline?: string
  readonly statistics?: true
  readonly jobs?: number
  /** The ref of `--changed`. Empty without one. */
  readonly changed?: string | true
  readonly staged?: true
  readonly watch?: true
  readonly cache?: true
  readonly cacheLocation?: string
}

/** @throws UsageError for flags that do nothing without others */
export function refuseLoneFlags(names: readonly string[], options: CheckOptions): void {
  const { fix, diff, sortKeys, fixSpec, filesets, changed, staged } = options
  if (names.length === 0 && changed === undefined && !staged) throw new UsageError("missing required argument 'files'")
  if (staged && changed !== undefined) throw new UsageError('--staged and --changed exclude each other')
  if (staged && fix)
    throw new UsageError('--fix changes the working tree, and --staged checks the index: use one of them')
  if (sortKeys && !fix && !diff) throw new UsageError('--sort-keys needs --fix or --diff')
  if (fixSpec && !fix && !diff) throw new UsageError('--fix-spec needs --fix or --diff')
  if (fixSpec && filesets === undefined)
    throw new UsageError('--fix-spec needs --filesets with the folder of the checkpoints')
  if (filesets !== undefined && !fixSpec) throw new UsageError('--filesets needs --fix-spec')
  if (fix && !diff && names.includes(STANDARD_INPUT))
    throw new UsageError('--fix cannot change standard input; --diff shows what it would do')
}

/** What the flags choose. */
export function choicesOf(options: CheckOptions): CheckChoices {
  const { model, name, stdinFilename, config, output = [] } = options
  return {
    workspace: options.workspace,
    // A baseline and statistics have to see all of them.
    maxDiagnostics: seesAll(options) ? Number.POSITIVE_INFINITY : options.maxDiagnostics,
    exclude: options.exclude,
    usesGitRules: options.gitignore,
    isForced: options.forceExclude === true,
    complete: options.complete === true,
    reports: output.map(({ path }) => path),
    config: { isOff: config === false, ...(typeof config === 'string' && { file: config }) },
    ...(model !== undefined && { model }),
    ...(name !== undefined && { name }),
    ...(options.jobs !== undefined && { jobs: options.jobs }),
    ...((options.cache || options.cacheLocation !== undefined) && { cache: options.cacheLocation ?? CACHE }),
    ...(options.staged && { only: { kind: 'staged' } }),
    ...(options.changed !== undefined && { only: { kind: 'changed', ref: refOf(options.changed) } }),
    ...(options.for !== undefined && { target: options.for }),
    ...(stdinFilename !== undefined && { stdinFilename }),
  }
}

/** The default folder of the cache. */
const CACHE = '.model-entity-cache'

function refOf(changed: string | true): string | undefined {
  return changed === true || changed === '' ? undefined : changed
}

function seesAll({ baseline, writeBaseline, statistics }: CheckOptions): boolean {
  return baseline !== undefined || writeBaseline !== undefined || statistics === true
}
