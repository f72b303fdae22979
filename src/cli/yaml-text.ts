import { Document, visit } from 'yaml'
import { hasUnseen, printableYaml } from '../display/index.js'

/** A value as YAML 1.2. A text with what steers a terminal stands in double quotes, so that it can be written as escapes. */
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
