/** Finds out what is being written at the cursor: a key of a mapping, or a value. */

import type { ManifestFormat } from '../../manifest/index.js'
import type { Span } from '../../manifest/source-node.js'
import { documentAround } from './document-around.js'
import { type LooseNode, looseTree } from './loose-tree.js'

/** What is being written. */
export interface Writing {
  readonly role: 'key' | 'value'
  /** The path from the top of the document: of the mapping for a key, of the value itself for a value. */
  readonly path: readonly (string | number)[]
  /** The document, with a mark where the cursor is. */
  readonly root: LooseNode
  /** For a key: the keys that the mapping has already. */
  readonly siblings: readonly string[]
  /** Whether the mapping or the list around it is written in brackets. */
  readonly isFlow: boolean
}

/** The word at the cursor. It is replaced by what is chosen. */
export interface Word {
  readonly span: Span
  /** The quote that the word stands in, if any. */
  readonly quote: '"' | "'" | ''
  /** Whether a colon follows: the word is a key whose value is there. */
  readonly hasColon: boolean
  /** Whether the word is the first of its line, but for the dashes of a list. */
  readonly startsLine: boolean
}

/** The word at an offset. Undefined directly behind a colon, where YAML and people want a blank first. */
export function wordAt(text: string, offset: number): Word | undefined {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
  const [before = ''] = /[^\s,[\]{}"'#]*$/.exec(line) ?? []
  const [after = ''] = /^[^\s,[\]{}"'#:]*/.exec(text.slice(offset, offset + MOST)) ?? []
  const start = offset - before.length
  const open = text[start - 1]
  const quote = open === '"' || open === "'" ? open : ''
  if (quote === '' && before.endsWith(':')) return undefined
  const end = offset + after.length
  const rest = text.slice(end, end + MOST)
  const isClosed = quote !== '' && rest.startsWith(quote)
  return {
    span: { start, end },
    quote,
    hasColon: isClosed ? /^.[ \t]*:/.test(rest) : /^[ \t]*:(?=\s|$)/.test(rest),
    startsLine: /^\s*(?:-[ \t]+)*["']?$/.test(line.slice(0, line.length - before.length)),
  }
}

/** The longest word. */
const MOST = 300

/** What may be being written at a word: the likeliest first. */
export function* writingsAt(text: string, word: Word, format: ManifestFormat): Generator<Writing> {
  const document = documentAround(text, word.span.start, format)
  const before = text.slice(document.start, word.span.start)
  const after = text.slice(word.span.end, document.end)
  const isClosed = word.quote === '' || after.startsWith(word.quote)
  const closing = isClosed ? '' : word.quote
  const rest = isClosed ? after.slice(word.quote.length) : after
  const mark = `${MARK}${word.quote}`
  const asKey = word.hasColon ? before + mark + rest : `${before}${mark}: ~${word.quote === '' ? '' : ' '}${rest}`
  const asValue = before + MARK + closing + after
  const order: readonly (readonly ['key' | 'value', string])[] = word.hasColon
    ? [['key', asKey]]
    : word.startsLine
      ? [
          ['key', asKey],
          ['value', asValue],
        ]
      : [
          ['value', asValue],
          ['key', asKey],
        ]
  for (const [role, marked] of order) {
    const root = looseTree(marked)
    const found = root && find(root, [], marked, false)
    if (root !== undefined && found?.role === role) yield { ...found, root }
  }
}

/** No text contains it by chance. */
const MARK = 'model-entity-cursor-7f3a'

type Found = Omit<Writing, 'root'>

/** Recursion is safe: the tree is not nested too deeply. */
function find(
  node: LooseNode,
  path: readonly (string | number)[],
  text: string,
  isAroundFlow: boolean,
): Found | undefined {
  if (node.kind === 'scalar') {
    return node.text === MARK ? { role: 'value', path, siblings: [], isFlow: isAroundFlow } : undefined
  }
  const isFlow = '{['.includes(text.charAt(node.span.start))
  if (node.kind === 'sequence') {
    for (const [index, item] of node.items.entries()) {
      const found = item && find(item, [...path, index], text, isFlow)
      if (found !== undefined) return found
    }
    return undefined
  }
  for (const { key, value } of node.entries) {
    if (key === MARK) {
      const siblings = node.entries.map((entry) => entry.key).filter((each) => each !== MARK)
      return { role: 'key', path, siblings, isFlow }
    }
    const found = value && find(value, [...path, key], text, isFlow)
    if (found !== undefined) return found
  }
  return undefined
}
