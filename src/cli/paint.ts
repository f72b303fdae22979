import type { WriteStream } from 'node:tty'

/** The styles that the command uses for text. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan'

/** Applies a style to a text, or returns the text unchanged if colours are off. */
export type Paint = (style: Style, text: string) => string

/** The SGR codes (ECMA-48) that turn each style on and off. */
const CODES: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
}

/** Colours for a terminal, none for a file or a pipe. `NO_COLOR` and `FORCE_COLOR` override this. */
export function painter(stream: Pick<WriteStream, 'isTTY'>): Paint {
  if (!wantsColour(stream)) return (_, text) => text
  return (style, text) => {
    const [on, off] = CODES[style]
    return `\u001b[${on}m${text}\u001b[${off}m`
  }
}

function wantsColour({ isTTY }: Pick<WriteStream, 'isTTY'>): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0'
  return isTTY === true
}
