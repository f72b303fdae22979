import { spawnSync } from 'node:child_process'

/** The toolchains of the machine, and how each tells its version. */
const TOOLCHAINS = {
  node: [process.execPath, '--version'],
  python: ['python3', '--version'],
  go: ['go', 'version'],
  cargo: ['cargo', '--version'],
  java: ['javac', '-version'],
  maven: ['mvn', '--version'],
  ruby: ['ruby', '--version'],
  php: ['php', '--version'],
  dotnet: ['dotnet', '--version'],
  swift: ['swiftc', '--version'],
} as const satisfies Record<string, readonly [string, ...string[]]>

/** A toolchain that a tool may need. */
export type ToolchainName = keyof typeof TOOLCHAINS

/** The names of all toolchains. */
export const TOOLCHAIN_NAMES = Object.keys(TOOLCHAINS).filter((name): name is ToolchainName => name in TOOLCHAINS)

/** The version of a toolchain in one line; nothing if the machine does not have it. */
export function versionOf(name: ToolchainName): string | undefined {
  const found = known.get(name)
  if (found !== undefined) return found === '' ? undefined : found
  const [program, ...args] = TOOLCHAINS[name]
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  // A shim of a version manager exists without the program behind it, and fails.
  const version = status === 0 ? plainText((stdout || stderr).split('\n')[0] ?? '') : ''
  known.set(name, version)
  return version === '' ? undefined : version
}

const known = new Map<ToolchainName, string>()

function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Maven colours its version
  return text.replace(/\u001b\[[\d;]*m/g, '')
}
