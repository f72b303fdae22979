/** Completion inside a comment that silences rules. */

import { ALL_RULES, type RuleInfo } from '../../manifest/index.js'
import { SUPPRESSION_RULES } from '../../manifest/rule-catalogue.js'

/** What may be written in a comment, and the word that it replaces. */
export interface CommentOffer {
  /** How many characters before the cursor are replaced. */
  readonly length: number
  readonly choices: readonly { readonly text: string; readonly description: string }[]
}

/**
 * What may be written at the end of a comment. Undefined if the line has no comment that silences rules.
 *
 * @param line - the line up to the cursor
 */
export function commentOffer(line: string): CommentOffer | undefined {
  const [, directive] = /(?:^|\s)#+[ \t]*(model-entity-[\w-]*|model-[\w-]*)$/.exec(line) ?? []
  if (directive !== undefined) {
    return { length: directive.length, choices: DIRECTIVES.filter(({ text }) => text.startsWith(directive)) }
  }
  const [, codes = ''] =
    /(?:^|\s)#+[ \t]*model-entity-(?:disable(?:-line|-next-line)?|enable)[ \t]+([\w\s,-]*)$/.exec(line) ?? []
  if (codes === '' ? !/model-entity-[\w-]+[ \t]+$/.test(line) : /(?:^|\s)--/.test(codes)) return undefined
  const written = new Set(codes.split(/[\s,]+/))
  const [word = ''] = /[\w-]*$/.exec(codes) ?? []
  return { length: word.length, choices: RULES.filter(({ text }) => text === word || !written.has(text)) }
}

const DIRECTIVES = [
  { text: 'model-entity-disable-line', description: 'Silences rules in this line.' },
  { text: 'model-entity-disable-next-line', description: 'Silences rules in the next line.' },
  {
    text: 'model-entity-disable',
    description: 'Silences rules until model-entity-enable, or the end of the document.',
  },
  { text: 'model-entity-enable', description: 'Ends model-entity-disable.' },
]

/** A comment cannot silence the rules about comments. */
const ABOUT_COMMENTS: ReadonlySet<RuleInfo> = new Set(Object.values(SUPPRESSION_RULES))

const RULES = ALL_RULES.filter((rule) => !ABOUT_COMMENTS.has(rule)).map(({ code, description }) => ({
  text: code,
  description,
}))
