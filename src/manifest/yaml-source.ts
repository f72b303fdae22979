import { Composer, type Document, isScalar, type ParsedNode, type ScalarTag, type YAMLError } from 'yaml'
import { type ReadDocument, unreadable } from './file-error.js'
import type { LexemeListener } from './lexeme-listener.js'
import type { Span } from './source-node.js'
import { coreTagError } from './yaml-core-tags.js'
import { repeatedDirectives } from './yaml-directives.js'
import { MERGE_TAG } from './yaml-merge.js'
import { readQuickly } from './yaml-quick/quick-documents.js'
import { stretchesOf } from './yaml-quick/stretches.js'
import { yamlTokens } from './yaml-tokens.js'
import { YamlTreeReader } from './yaml-tree.js'

/**
 * Reads the documents of a YAML 1.2 text (core schema, regardless of its directives), with merge keys. One by one, so that each
 * can be released once it is checked. What is wrong with one of them does not keep the others from being read.
 *
 * @param listener - hears every lexeme, if anybody wants them
 */
export function* readYamlDocuments(text: string, listener?: LexemeListener): Generator<ReadDocument> {
  for (const stretch of stretchesOf(text)) {
    const quick = listener === undefined ? readQuickly(text, stretch) : undefined
    yield quick ?? worstOf(readAllYaml(text, stretch, listener))
  }
}

/** The reader `yaml` may find several documents in a broken one: then the first that is broken is told. */
function worstOf(documents: readonly ReadDocument[]): ReadDocument {
  return documents.find(({ kind }) => kind === 'errors') ?? documents[0] ?? EMPTY
}

const EMPTY: ReadDocument = { kind: 'empty' }

/** Reads any YAML with `yaml`: a stretch of a text, or all of it. */
export function readAllYaml(
  text: string,
  { start, end }: Span = { start: 0, end: text.length },
  listener?: LexemeListener,
): ReadDocument[] {
  const part = text.slice(start, end)
  if (/^[ \t\r\n]*$/.test(part)) return [EMPTY]
  const control = CONTROL_CHARACTER.exec(part)
  if (control) {
    const at = start + control.index
    const before = readAllYaml(text, { start, end: at }, listener)
    return [...before.slice(0, -1), controlCharacter(control[0], at)]
  }
  const { tokens, tooDeep } = yamlTokens(part, listener, start)
  const composer = new Composer({
    schema: 'core',
    customTags: (tags) => [...tags, WHOLE_FLOAT, MERGE],
    merge: false,
    resolveKnownTags: false,
    uniqueKeys: false,
    intAsBigInt: true,
    prettyErrors: false,
  })
  const repeated = repeatedDirectives(tokens)
  const documents = [...composer.compose(tokens, !tooDeep, end)].map((document, index): ReadDocument => {
    const fileError = repeated.get(index)
    return fileError ? { kind: 'errors', errors: [fileError] } : readDocument(document, text)
  })
  if (tooDeep)
    documents.push(unreadable('too_deep', tooDeep, 'Nested too deeply', 'model entities are never nested this deeply'))
  return documents
}

/** `!!float 1`: YAML 1.2.2, section 10.3.2, allows a float without a point, but `yaml` does not. Untagged, it is an integer. */
const WHOLE_FLOAT: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: /^[-+]?[0-9]+$/,
  resolve: Number,
}

/** `!!merge`, the type of the key `<<`: go-yaml writes it. On anything else, the tree reader refuses it. */
const MERGE: ScalarTag = { tag: MERGE_TAG, resolve: (text) => text }

/** Characters that YAML does not allow anywhere, even in quotes: YAML 1.2.2, production `c-printable`. */
const CONTROL_CHARACTER = /[^\P{Cc}\t\n\r\x7f-\x9f]/u

function controlCharacter(character: string, start: number): ReadDocument {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  const message = `The control character U+${code} is not allowed in YAML`
  return unreadable(
    'yaml_syntax',
    { start, end: start + 1 },
    message,
    'write it as an escape sequence in double quotes',
  )
}

function readDocument(document: Document.Parsed, text: string): ReadDocument {
  const [error] = [
    ...document.errors.filter((one) => !isCommentOfLine(one, text)),
    ...document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED'),
  ]
  if (error) {
    const ofTag = coreTagError(document, error)
    if (ofTag) return { kind: 'errors', errors: [ofTag] }
    const [start, end] = error.pos
    const [message = error.message] = error.message.split('\n', 1)
    return unreadable('yaml_syntax', { start, end }, message, 'correct the syntax of the document')
  }
  const { contents } = document
  return contents === null || isUnwritten(contents) ? EMPTY : new YamlTreeReader(text).read(contents)
}

/** In a flow collection, `yaml` takes a comment that begins a line for one without a blank before it. */
function isCommentOfLine({ code, pos: [start] }: YAMLError, text: string): boolean {
  return code === 'MISSING_CHAR' && text[start] === '#' && text[start - 1] === '\n'
}

/** Whether a document is empty. Quotes, an anchor or a tag count as content. */
function isUnwritten(contents: ParsedNode): boolean {
  return isScalar(contents) && contents.type === 'PLAIN' && contents.source === '' && !contents.anchor && !contents.tag
}
