import type { ReadDocument } from '../file-error.js'
import { LazyDocument, type ReadTree } from '../lazy-document.js'
import type { QuickValue } from '../quick-json.js'
import { REFUSED } from './maker.js'
import { EMPTY, QuickReader } from './quick-reader.js'
import { type Stretch, stretchesOf } from './stretches.js'
import { TreeMaker } from './tree-maker.js'
import { VALUES } from './value-maker.js'

/** Reads a document quickly. Undefined if it is not simple. */
export function readQuickly(text: string, stretch: Stretch): ReadDocument | undefined {
  if (!isSimple(text, stretch)) return undefined
  const value = valueIn(text, stretch)
  if (value === EMPTY) return { kind: 'empty' }
  if (value !== REFUSED) return new LazyDocument({ value }, () => treeOf(text, stretch))
  const tree = treeIn(text, stretch)
  return tree && { kind: 'value', hasAllScalars: true, ...tree }
}

/**
 * The values of the documents of a text, one by one. Undefined instead of a document that is not simple, or empty, or of which
 * the value is not enough.
 */
export function* quickYamlValues(text: string): Generator<QuickValue | undefined> {
  for (const stretch of stretchesOf(text)) {
    const value = isSimple(text, stretch) ? valueIn(text, stretch) : REFUSED
    yield value === REFUSED || value === EMPTY ? undefined : { value }
  }
}

function isSimple(text: string, { start, end, isBare }: Stretch): boolean {
  return isBare && !NOT_SIMPLE.test(text.slice(start, end))
}

/** What no simple document has: control characters, marks, and line ends of an old Mac. */
const NOT_SIMPLE = /[^\t\n\r\x20-\x7e\xa0-\u2027\u2030-\ufefe\uff00-\uffff]|\r(?!\n)/

function valueIn(text: string, stretch: Stretch) {
  return new QuickReader(text, stretch, VALUES).read(stretch.body > stretch.start)
}

/** The tree of a document with its places, the same as `yaml` would give. */
export function treeIn(text: string, stretch: Stretch): ReadTree | undefined {
  const maker = new TreeMaker()
  const root = new QuickReader(text, stretch, maker).read(stretch.body > stretch.start)
  if (root === REFUSED || root === EMPTY) return undefined
  const { aliasedSpans: aliased, hasOtherReadings } = maker
  return {
    root,
    ...(aliased.length > 0 && { isShared: true, aliased }),
    ...(hasOtherReadings && { hasOtherReadings: true }),
  }
}

function treeOf(text: string, stretch: Stretch): ReadTree {
  const tree = treeIn(text, stretch)
  if (tree === undefined) throw new Error('the places of a document that was read cannot be found')
  return tree
}
