import { type Document, isCollection, isMap, isScalar, type Node, visit, type YAMLError } from 'yaml'
import { quoted } from '../lint/text.js'
import type { Problem } from './problem.js'
import { spanOf } from './yaml-spans.js'

/** What a tag of the core schema asks for. */
const WANTED: ReadonlyMap<string, readonly [name: string, wanted: string]> = new Map([
  ['tag:yaml.org,2002:int', ['!!int', 'an integer']],
  ['tag:yaml.org,2002:float', ['!!float', 'a number']],
  ['tag:yaml.org,2002:bool', ['!!bool', 'true or false']],
  ['tag:yaml.org,2002:null', ['!!null', 'null']],
  ['tag:yaml.org,2002:str', ['!!str', 'a text']],
  ['tag:yaml.org,2002:seq', ['!!seq', 'a sequence']],
  ['tag:yaml.org,2002:map', ['!!map', 'a mapping']],
])

/**
 * What is wrong with a value that has a tag of the core schema and is not what the tag says: `!!int eight`. To the composer
 * that is a tag that it cannot resolve; the tag is fine, and the value is told.
 */
export function coreTagProblem(document: Document.Parsed, error: YAMLError): Problem | undefined {
  const [, tag = ''] = /^Unresolved tag: (\S+)/.exec(error.message) ?? []
  const [name, wanted] = WANTED.get(tag) ?? []
  if (name === undefined) return undefined
  const node = nodeBehind(document, error.pos[1], tag)
  if (node === undefined) return undefined
  const { start, end } = spanOf(node)
  return {
    code: 'yaml_syntax',
    span: start < end ? { start, end } : { start: error.pos[0], end: error.pos[1] },
    message: `The tag ${name} asks for ${wanted}, found ${found(node)}`,
    help: `write ${wanted}, or leave out the tag`,
  }
}

/** The first node that begins behind an offset: nothing but blanks and an anchor stand between it and its tag. */
function nodeBehind(document: Document.Parsed, offset: number, tag: string): Node | undefined {
  let first: Node | undefined
  visit(document, {
    Node(_, node) {
      const { start } = spanOf(node)
      // A block collection begins where its first scalar does: only the scalar that is meant keeps the tag.
      const isIt =
        first === undefined ||
        start < spanOf(first).start ||
        (isScalar(node) && node.tag === tag && start === spanOf(first).start)
      if (start >= offset && isIt) first = node
    },
  })
  return first
}

function found(node: Node): string {
  if (isMap(node)) return 'a mapping'
  if (isCollection(node)) return 'a sequence'
  const text = isScalar(node) ? (node.source ?? '') : ''
  return text === '' ? 'nothing' : `the text ${quoted(text)}`
}
