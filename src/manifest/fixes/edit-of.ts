import { decimalOf } from '../yaml-1-1/decimal.js'
import type { Correctable } from './correctable.js'
import type { SpanEdit } from './edits.js'

/** The text that a correction is made in. */
export interface EditedText {
  readonly text: string
  readonly isJson: boolean
}

/**
 * How to write a correction into a text. Keeps the quotes of a text. Undefined if the token cannot be replaced on its own:
 * it has several lines, a tag, escapes, or JSON cannot hold the value.
 */
export function editOf(correctable: Correctable, { text, isJson }: EditedText): SpanEdit | undefined {
  const { span } = correctable
  const written = text.slice(span.start, span.end)
  if (written === '' || written.includes('\n') || hasTag(text, span.start)) return undefined
  const replaced =
    correctable.kind === 'key' ? keyText(correctable, written) : valueText(correctable.to, written, isJson)
  return replaced === undefined || replaced === written ? undefined : { span, text: replaced }
}

/** The new name, quoted like the old one. */
function keyText({ from, to }: { readonly from: string; readonly to: string }, written: string): string | undefined {
  if (written === from) return to
  const quote = written[0]
  if (quote !== '"' && quote !== "'") return undefined
  return `${quote}${to}${quote}`
}

function valueText(value: unknown, written: string, isJson: boolean): string | undefined {
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return numberText(value, isJson)
  if (typeof value !== 'string') return undefined
  const quote = written[0]
  const isQuoted = (quote === '"' || quote === "'") && written.length > 1 && written.endsWith(quote)
  if (!isQuoted) return JSON.stringify(value)
  const inside = written.slice(1, -1)
  // Escapes and doubled quotes stay as they are if only blanks around them go.
  if (inside.trim() === value || unquoted(inside.trim(), quote) === value) return `${quote}${inside.trim()}${quote}`
  return undefined
}

function unquoted(inside: string, quote: string): string | undefined {
  if (quote === "'") return inside.replaceAll("''", "'")
  try {
    return JSON.parse(`"${inside}"`)
  } catch {
    return undefined
  }
}

function numberText(value: number, isJson: boolean): string | undefined {
  if (!Number.isFinite(value)) return undefined
  return isJson ? JSON.stringify(value) : decimalOf(value)
}

/** Whether a tag stands before a token. The value would no longer fit it. */
function hasTag(text: string, start: number): boolean {
  return /(?:^|[\s,[{:?-])![^\s]*[ \t]+(?:&\S+[ \t]+)?$/.test(text.slice(Math.max(0, start - 300), start))
}
