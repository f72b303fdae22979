import { Composer, type Document, isScalar, type ParsedNode, type ScalarTag } from 'yaml'
import { type ReadDocument, unreadable } from './file-error.js'
import type { LexemeListener } from './lexeme-listener.js'
import { coreTagError } from './yaml-core-tags.js'
import { repeatedDirectives } from './yaml-directives.js'
import { MERGE_TAG } from './yaml-merge.js'
import { mayBeSimple, quickDocuments } from './yaml-quick/quick-documents.js'
import { yamlTokens } from './yaml-tokens.js'
import { YamlTreeReader } from './yaml-tree.js'

/**
 * Reads the documents of a YAML 1.2 text (core schema, regardless of its directives), with merge keys.
 *
 * @param listener - hears every lexeme, if anybody wants them
 */
export function readYamlDocuments(text: string, listener?: LexemeListener): Iterable<ReadDocument> {
  if (listener !== undefined || !mayBeSimple(text)) return readAllYaml(text, listener)
  return quickDocuments(text, () => readAllYaml(text))
}

/** Reads any YAML text, with `yaml`. */
export function readAllYaml(text: string, listener?: LexemeListener): ReadDocument[] {
  if (/^[ \t\r\n]*$/.test(text)) return [{ kind: 'empty' }]
  const control = CONTROL_CHARACTER.exec(text)
  if (control) {
    const before = readAllYaml(text.slice(0, control.index), listener)
    return [...before.slice(0, -1), controlCharacter(control[0], control.index)]
  }
  const { tokens, tooDeep } = yamlTokens(text, listener)
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
  const documents = [...composer.compose(tokens, !tooDeep, text.length)].map((document, index): ReadDocument => {
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
  const [error] = [...document.errors, ...document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED')]
  if (error) {
    const ofTag = coreTagError(document, error)
    if (ofTag) return { kind: 'errors', errors: [ofTag] }
    const [start, end] = error.pos
    const [message = error.message] = error.message.split('\n', 1)
    return unreadable('yaml_syntax', { start, end }, message, 'correct the syntax of the document')
  }
  const { contents } = document
  return contents === null || isUnwritten(contents) ? { kind: 'empty' } : new YamlTreeReader(text).read(contents)
}

/** Whether a document is empty. Quotes, an anchor or a tag count as content. */
function isUnwritten(contents: ParsedNode): boolean {
  return isScalar(contents) && contents.type === 'PLAIN' && contents.source === '' && !contents.anchor && !contents.tag
}
