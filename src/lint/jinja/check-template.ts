/**
 * Checks that a text is Jinja2 as transformers compiles it: Jinja2 3.1 with loop controls and `{% generation %}`.
 *
 * This is our own parser, not `@huggingface/jinja`. That package runs templates but does not judge them well: of the 945
 * recorded templates in the tests it refuses 95 that Jinja2 accepts (`{% raw %}`, tests with arguments, `'\d'`) and
 * accepts 54 that Jinja2 refuses (`[1 2]`, unknown filters, `break` outside a loop). Its time is also quadratic in the
 * length of a run of spaces.
 */

import { Cursor } from './cursor.js'
import { tokenize } from './lexer.js'
import { readTemplate } from './statements.js'
import { TemplateError } from './template-error.js'

/** What is wrong with a template, and on which line (counted from 1). */
export interface TemplateProblem {
  readonly message: string
  readonly line: number
}

/** The first problem in a template. Undefined if transformers accepts it. Takes linear time. */
export function checkTemplate(template: string): TemplateProblem | undefined {
  const source = template.replace(/\r\n?/g, '\n').replace(/\n$/, '')
  try {
    const cursor = new Cursor(tokenize(source))
    readTemplate(cursor)
    const late = cursor.firstLateError()
    return late && { message: late.message, line: lineAt(source, late.offset) }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return { message: error.message, line: lineAt(source, error.offset) }
  }
}

function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}
