import { readFileSync } from 'node:fs'
import { UsageError } from '../exit-code.js'

/**
 * A page of the documentation that the package contains.
 *
 * @throws UsageError if the package is not complete
 */
export function docsPage(name: 'lint-rules' | 'errors'): string {
  try {
    return readFileSync(new URL(`../docs/${name}.md`, import.meta.url), 'utf8').replaceAll('\r\n', '\n')
  } catch {
    throw new UsageError('the documentation is not there: this copy of the command is not complete')
  }
}
