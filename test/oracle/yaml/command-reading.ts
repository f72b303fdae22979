import { documentsIn } from '../../../src/manifest/documents.js'
import type { SourceNode } from '../../../src/manifest/source-node.js'
import { decodeUtf8, SourceText } from '../../../src/manifest/source-text.js'
import { keyText } from '../../../src/manifest/yaml-1-1/other-key.js'
import type { Scalar11 } from '../../../src/manifest/yaml-1-1/read-scalar.js'

/** The body that the platform's command reads from a manifest and sends, as the check says it does: YAML 1.1 where that differs. */
export function commandReading(bytes: Uint8Array, file: string): unknown {
  const decoded = decodeUtf8(bytes)
  if (!decoded.ok) throw new Error(`${file} is not UTF-8`)
  const [document] = documentsIn(new SourceText(decoded.text).text, { file })
  if (document?.kind !== 'value') throw new Error(`${file} has no value`)
  return readingOf(document.root)
}

function readingOf(node: SourceNode): unknown {
  if (node.kind === 'sequence') return node.items.map(readingOf)
  if (node.kind === 'scalar') return node.other === undefined ? node.value : scalarValue(node.other)
  const entries = node.entries.map(({ key, keyOther, value }) => {
    return [keyOther === undefined ? key : (keyText(keyOther) ?? key), readingOf(value)] as const
  })
  return Object.fromEntries(entries)
}

function scalarValue(scalar: Scalar11): unknown {
  if (scalar.kind === 'null') return null
  if (scalar.kind === 'error') throw new Error(`the command cannot read this: ${scalar.why}`)
  if (scalar.kind !== 'integer') return scalar.value
  const number = Number(scalar.value)
  return Number.isSafeInteger(number) ? number : scalar.value
}
