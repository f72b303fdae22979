/** Finds secrets in a text that no parser can read: a file with a syntax error, a comment, a message. */

import { isSecretKey } from './secret-key.js'
import { maskUrls } from './url-secrets.js'
import { MASK, type Stretch } from './user-info.js'

/** Masks the secrets in a text: values of keys that name a secret, and those in URLs. */
export function maskText(text: string): string {
  let masked = ''
  let at = 0
  for (const { start, end } of secretsInText(text)) {
    if (start < at) continue
    masked += text.slice(at, start) + MASK
    at = end
  }
  return maskUrls(masked + text.slice(at))
}

/**
 * Finds the values of secret keys in YAML or JSON text, valid or not: after the key, on the following lines of the same
 * value, and at the anchor of an alias in such a value. If the end of a value is unclear, takes more rather than less.
 * The result is sorted. Takes linear time.
 */
export function secretsInText(text: string): Stretch[] {
  const found: Stretch[] = []
  const aliases = new Set<string>()
  const lineOfKey = lineStarts(text)
  const keys = new RegExp(KEY)
  for (let match = keys.exec(text); match !== null; match = keys.exec(text)) {
    const [whole, quoted, single, plain] = match
    const { index } = match
    if (!isSecretKey(quoted === undefined ? (single ?? plain ?? '') : unescaped(quoted))) {
      // Quotes may be wrongly paired, or hold a text with keys of its own.
      if (plain === undefined) keys.lastIndex = index + 1
      continue
    }
    const region = valueBehind(text, index + whole.length, index - lineOfKey(index), index)
    if (
      region.start === region.end ||
      VARIABLE.test(text.slice(region.start, Math.min(region.end, region.start + 200)))
    )
      continue
    found.push(region)
    keys.lastIndex = Math.max(keys.lastIndex, region.end)
    for (const [, name = ''] of text.slice(region.start, region.end).matchAll(/\*([^\s,[\]{}]+)/g)) aliases.add(name)
  }
  if (aliases.size === 0) return found
  const lineOfAnchor = lineStarts(text)
  let until = 0
  for (const { 0: whole, 1: name = '', index } of text.matchAll(/&([^\s,[\]{}]{1,1000})/g)) {
    if (index < until || !aliases.has(name)) continue
    const region = valueBehind(text, index + whole.length, index - lineOfAnchor(index), index)
    until = region.end
    if (region.start < region.end) found.push(region)
  }
  return found.sort((one, other) => one.start - other.start || other.end - one.end)
}

/** A reference to a variable is not a secret. */
const VARIABLE = /^(["']?)\$\{[A-Za-z_][A-Za-z0-9_.]*\}\1\s*$/

/**
 * A key with its colon, or the name of a flag or a parameter with its equals sign. The colon may lack its space (`api_key:x`),
 * or be missing: between two quoted texts, and in a line that is a key and one word.
 */
const KEY =
  /(?:"((?:[^"\\\n]|\\.){1,200})"|'([^'\n]{1,200})'|(?<![\w.-])([A-Za-z_-][\w.-]{0,80})(?:\\?["'])?)\s{0,50}(?:[:=]|(?<=["']\s{0,50})(?=["'])|(?<=^[ \t-]{0,100}[\w.-]{1,81}[ \t]{1,50})(?=[^\s:=#]\S*[ \t]*$))/gm

/** Returns a function that finds the start of the line of an offset. The offsets must not decrease: then all calls take linear time. */
function lineStarts(text: string): (offset: number) => number {
  let start = 0
  let end = text.indexOf('\n')
  return (offset) => {
    while (end >= 0 && end < offset) {
      start = end + 1
      end = text.indexOf('\n', start)
    }
    return start
  }
}

function unescaped(text: string): string {
  return text.replace(/\\(?:u([\da-f]{4})|x([\da-f]{2})|U00([\da-f]{6}))/gi, (written, ...digits: string[]) => {
    const code = Number.parseInt(digits.slice(0, 3).find((each) => each !== undefined) ?? '', 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : written
  })
}

/** The value after a colon, or on the lines below it. A tag or an anchor that may be the start of a secret belongs to it. */
function valueBehind(text: string, from: number, indent: number, key: number): Stretch {
  HARMLESS_PROPERTIES.lastIndex = from
  const start = HARMLESS_PROPERTIES.exec(text) === null ? from : HARMLESS_PROPERTIES.lastIndex
  const end = endOfValue(text, from, indent, key)
  return { start: Math.min(start, end), end }
}

function endOfValue(text: string, from: number, indent: number, key: number): number {
  PROPERTIES.lastIndex = from
  const start = PROPERTIES.exec(text) === null ? from : PROPERTIES.lastIndex
  const first = text[start] ?? ''
  if (first === '"' || first === "'") {
    const end = quoteEnd(text, start, first)
    // Text after a quote may be the rest of this value.
    REST.lastIndex = end
    return REST.test(text) ? endOfLine(text, end) : end
  }
  if (first === '{' || first === '[') return bracketEnd(text, start)
  const isFlow = /[{[,]/.test(text.slice(Math.max(key - indent, key - 200), key).replace(/"[^"]*"/g, ''))
  if (isFlow && first !== '' && !',}]'.includes(first)) return flowEnd(text, start)
  return isFlow ? start : blockEnd(text, start, indent)
}

const REST = /[ \t]{0,100}[^\s,\]}#]/y

/** Spaces, anchors and tags before a value. In JSON and flow collections the value may be on the next line. */
const PROPERTIES = /[ \t]*(?:[&!][^\s,[\]{}]*[ \t]*)*(?:\s{1,50}(?=["'[{]))?/y

/** The same, without local tags, and without an anchor that nothing follows: a secret may start with `!` or `&`. */
const HARMLESS_PROPERTIES = /[ \t]*(?:(?:!![a-z]+|&[^\s,[\]{}]+)[ \t]+(?=[^\s#,\]}]))*(?:\s{1,50}(?=["'[{]))?/y

function quoteEnd(text: string, start: number, quote: string): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\' && quote === '"') at += 1
    else if (text[at] === quote) return at + 1
  }
  return text.length
}

function bracketEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at += 1) {
    const sign = text[at] ?? ''
    if (sign === '"' || sign === "'") at = quoteEnd(text, at, sign) - 1
    else if (sign === '{' || sign === '[') depth += 1
    else if (sign === '}' || sign === ']') depth -= 1
    if (depth === 0) return at + 1
  }
  return text.length
}

function flowEnd(text: string, start: number): number {
  const found = /[,}\]]/g
  found.lastIndex = start
  return found.exec(text)?.index ?? text.length
}

/** The rest of the line, and the lines below it that are blank, indented further, or items of a sequence. */
function blockEnd(text: string, start: number, indent: number): number {
  let end = endOfLine(text, start)
  // If the value starts on the next line, take that line at any indentation: the indentation may be the error.
  if (/^(?:[|>][^\n]*|\s*)$/.test(text.slice(start, Math.min(end, start + 100)))) {
    BLANK_LINES.lastIndex = end
    end = BLANK_LINES.test(text) ? endOfLine(text, BLANK_LINES.lastIndex) : end
  }
  while (end < text.length) {
    const next = endOfLine(text, end + 1)
    const line = text.slice(end + 1, Math.min(next, end + 1 + indent + 3))
    const isOfValue = line.trim() === '' || line.search(/\S/) > indent || /^- |^-$/.test(line.slice(indent))
    if (!isOfValue) break
    end = next
  }
  return Math.max(start, end)
}

const BLANK_LINES = /\s*/y

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}
