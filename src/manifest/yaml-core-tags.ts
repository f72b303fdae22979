import { type Document, isCollection, isMap, isScalar, type Node, visit, type YAMLError } from 'yaml'
import { quoted } from '../lint/text.js'
import type { FileError } from './file-error.js'
import { spanOf } from './yaml-spans.js'

/** What each tag of the core schema requires. */
const WANTED: ReadonlyMap<string, readonly [name: string, wanted: string]> = new Map([
  ['tag:yaml.org,2002:int', ['!!int', 'an integer']],
  ['tag:yaml.org,2002:float', ['!!float', 'a number']],
  ['tag:yaml.org,2002:bool', ['!!bool', 'true or false']],
  ['tag:yaml.org,2002:null', ['!!null', 'null']],
  ['tag:yaml.org,2002:str', ['!!str', 'a string']],
  ['tag:yaml.org,2002:seq', ['!!seq', 'a sequence']],
  ['tag:yaml.org,2002:map', ['!!map', 'a mapping']],
])

/**
 * Describes a value that does not match its core-schema tag, such as `!!int eight`. The composer would report the tag as
 * unresolved, but the tag is fine: the value is wrong.
 */
export function coreTagError(document: Document.Parsed, error: YAMLError): FileError | undefined {
  const [, tag = ''] = /^Unresolved tag: (\S+)/.exec(error.message) ?? []
  const [name, wanted] = WANTED.get(tag) ?? []
  if (name === undefined) return undefined
  const node = nodeBehind(document, error.pos[1], tag)
  if (node === undefined) return undefined
  const { start, end } = spanOf(node)
  return {
    code: 'yaml_syntax',
    span: start < end ? { start, end } : { start: error.pos[0], end: error.pos[1] },
    message: `The tag ${name} requires ${wanted}, found ${found(node)}`,
    help: `write ${wanted}, or remove the tag`,
  }
}

/** The first node after an offset. Only spaces and an anchor can be between a tag and its node. */
function nodeBehind(document: Document.Parsed, offset: number, tag: string): Node | undefined {
  let first: Node | undefined
  visit(document, {
    Node(_, node) {
      const { start } = spanOf(node)
      // A block collection starts at the same offset as its first scalar: keep the tag only on the right one.
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
  const text = isScalar(node) ? node.source : undefined
  return text ? `the text ${quoted(text)}` : 'nothing'
}
