/**
 * Whether a text is Jinja2 as transformers compiles chat templates: Jinja2 3.1 with loop controls and `{% generation %}`.
 *
 * A reader of the grammar of our own, and not `@huggingface/jinja`: that one runs templates, and as a judge of them it
 * errs both ways. Of the 945 recorded templates of the tests it refuses 95 that Jinja2 takes (`{% raw %}`, tests with
 * arguments, `'\d'`) and takes 54 that Jinja2 refuses (`[1 2]`, unknown filters, `break` outside of a loop), and its
 * time is quadratic in a run of blanks.
 */

import { Cursor } from './cursor.js'
import { tokenize } from './lexer.js'
import { readTemplate } from './statements.js'
import { TemplateError } from './template-error.js'

/** What is wrong with a template, and in which of its lines (from 1). */
export interface TemplateProblem {
  readonly message: string
  readonly line: number
}

/** The first problem of a template; undefined when transformers takes it. Time is linear in the text. */
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
