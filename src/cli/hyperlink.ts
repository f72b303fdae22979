import type { WriteStream } from 'node:tty'

/** Makes a text a link, or returns it unchanged if the terminal shows no links. */
export type Link = (text: string, url: string) => string

/** Links by the escape sequence OSC 8, for terminals that are known to show them. `FORCE_HYPERLINK` overrides this. */
export function linker(stream: Pick<WriteStream, 'isTTY'>, env: NodeJS.ProcessEnv = process.env): Link {
  if (!showsLinks(stream, env)) return (text) => text
  return (text, url) => `\u001b]8;;${url}\u001b\\${text}\u001b]8;;\u001b\\`
}

function showsLinks({ isTTY }: Pick<WriteStream, 'isTTY'>, env: NodeJS.ProcessEnv): boolean {
  const { FORCE_HYPERLINK, TERM, TERM_PROGRAM, VTE_VERSION } = env
  if (FORCE_HYPERLINK !== undefined && FORCE_HYPERLINK !== '') return FORCE_HYPERLINK !== '0'
  if (isTTY !== true || TERM === 'dumb' || env['CI'] !== undefined) return false
  if (TERM_PROGRAM !== undefined && LINKING_PROGRAMS.has(TERM_PROGRAM)) return true
  if (TERM !== undefined && LINKING_TERMS.test(TERM)) return true
  // Windows Terminal, Konsole, and everything on VTE since 0.50, such as GNOME Terminal.
  return env['WT_SESSION'] !== undefined || env['KONSOLE_VERSION'] !== undefined || Number(VTE_VERSION) >= 5000
}

const LINKING_PROGRAMS: ReadonlySet<string> = new Set(['iTerm.app', 'WezTerm', 'vscode', 'ghostty', 'Hyper', 'zed'])

const LINKING_TERMS = /^(?:xterm-kitty|xterm-ghostty|alacritty|foot|wezterm|contour)/
