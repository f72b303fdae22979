import { printableJson } from '../display/index.js'

/**
 * Writes a value as JSON, like `JSON.stringify`, with two differences: integers beyond 2^53, which are `bigint`, keep all
 * their digits, and terminal control characters are escaped.
 */
export function jsonText(value: unknown): string {
  return jsonChunks(value).join('')
}

/**
 * The same text in pieces: the text of a large value may be longer than the longest possible string. Values are at most
 * 1,000 levels deep, so recursion is safe.
 */
export function jsonChunks(value: unknown): string[] {
  const chunks: string[] = []
  let chunk = ''

  function put(text: string): void {
    chunk += text
    if (chunk.length < CHUNK) return
    chunks.push(printableJson(chunk))
    chunk = ''
  }

  function write(part: unknown, indent: string): void {
    if (typeof part === 'bigint') put(part.toString())
    else if (typeof part !== 'object' || part === null) put(JSON.stringify(part) ?? 'null')
    else if (Array.isArray(part)) writeRows('[]', [...part.keys()], indent, (at, inner) => write(part[at], inner))
    else {
      const fields = Object.entries(part).filter(([, field]) => field !== undefined)
      writeRows('{}', [...fields.keys()], indent, (at, inner) => {
        const [key, field] = fields[at] ?? []
        put(`${JSON.stringify(key)}: `)
        write(field, inner)
      })
    }
  }

  function writeRows(brackets: string, rows: readonly number[], indent: string, row: WriteRow): void {
    const inner = `${indent}  `
    for (const at of rows) {
      put(`${at === 0 ? brackets.charAt(0) : ','}\n${inner}`)
      row(at, inner)
    }
    put(rows.length === 0 ? brackets : `\n${indent}${brackets.charAt(1)}`)
  }

  write(value, '')
  return [...chunks, printableJson(chunk)]
}

type WriteRow = (at: number, indent: string) => void

const CHUNK = 65_536
