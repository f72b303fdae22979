/** The settings of the registry, from environment variables. README.md has a table of them. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly logLevel: string
  /** The URL of a Postgres server. Without one, PGlite keeps the data in `dataFolder`. */
  readonly databaseUrl: string | undefined
  readonly dataFolder: string
  /** The folder that holds one folder a fileset: `<root>/<workspace>/<name>`. */
  readonly filesetsFolder: string | undefined
  readonly workspaces: ReadonlySet<string>
  /** Projects as `workspace/project`. */
  readonly projects: ReadonlySet<string>
  readonly maxBodyBytes: number
}

/** The workspaces that the platform always has. */
const BUILT_IN_WORKSPACES = ['default', 'system']

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

const OWN_VARIABLES = [
  'REGISTRY_DATA',
  'REGISTRY_FILESETS',
  'REGISTRY_WORKSPACES',
  'REGISTRY_PROJECTS',
  'REGISTRY_MAX_BODY_BYTES',
]

/**
 * Reads the settings.
 *
 * @throws RangeError for a value that cannot be used, or a variable `REGISTRY_…` that does not exist
 */
export function configFrom(env: Readonly<Record<string, string | undefined>>): Config {
  const misspelt = Object.keys(env).find((name) => name.startsWith('REGISTRY_') && !OWN_VARIABLES.includes(name))
  if (misspelt !== undefined) {
    throw new RangeError(`${misspelt} is not a setting of the registry. There are: ${OWN_VARIABLES.join(', ')}`)
  }
  return {
    host: env['HOST'] || '127.0.0.1',
    port: integer(env, 'PORT', 8080, 0, 65_535),
    logLevel: choice(env, 'LOG_LEVEL', 'info', LOG_LEVELS),
    databaseUrl: databaseUrl(env),
    dataFolder: env['REGISTRY_DATA'] || '.registry',
    filesetsFolder: env['REGISTRY_FILESETS'] || undefined,
    workspaces: new Set([...BUILT_IN_WORKSPACES, ...list(env['REGISTRY_WORKSPACES'])]),
    projects: new Set(list(env['REGISTRY_PROJECTS']).map(asProject)),
    maxBodyBytes: integer(env, 'REGISTRY_MAX_BODY_BYTES', 4 * 1024 * 1024, 1, 1024 * 1024 * 1024),
  }
}

type Environment = Parameters<typeof configFrom>[0]

function integer(env: Environment, name: string, otherwise: number, least: number, most: number): number {
  const text = env[name]
  if (text === undefined || text === '') return otherwise
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new RangeError(`${name} is ${JSON.stringify(text)}, but must be a whole number from ${least} to ${most}`)
}

function choice(env: Environment, name: string, otherwise: string, choices: readonly string[]): string {
  const value = env[name] || otherwise
  if (choices.includes(value)) return value
  throw new RangeError(`${name} is ${JSON.stringify(value)}, but must be one of ${choices.join(', ')}`)
}

/** The message does not repeat the value: it may contain a password. */
function databaseUrl(env: Environment): string | undefined {
  const url = env['DATABASE_URL'] || undefined
  if (url === undefined || /^postgres(?:ql)?:\/\//.test(url)) return url
  throw new RangeError('DATABASE_URL must start with postgres:// or postgresql://')
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function asProject(text: string): string {
  if (/^[^/]+\/.+$/.test(text)) return text
  throw new RangeError(`REGISTRY_PROJECTS has ${JSON.stringify(text)}, but a project is written workspace/project`)
}
