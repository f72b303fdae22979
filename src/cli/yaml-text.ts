import { Document, visit } from 'yaml'
import { hasUnseen, printableYaml } from '../display/index.js'

/** Writes a value as YAML 1.2. A text with terminal control characters is double-quoted, so that they can be escaped. */
export function yamlText(value: unknown): string {
  const document = new Document(value, { version: '1.2' })
  visit(document, {
    Scalar(_, scalar) {
      const { value: text } = scalar
      if (typeof text === 'string' && hasUnseen(text.replaceAll('\n', ''))) scalar.type = 'QUOTE_DOUBLE'
    },
  })
  return printableYaml(document.toString({ lineWidth: 0 }))
}
