/** Reads the comments that silence rules. */

import { nearest } from '../../options/index.js'
import { isRuleCode, SUPPRESSION_RULES, unknownRule } from '../rule-catalogue.js'

/** What a comment says to do. */
export type Directive = (typeof DIRECTIVES)[number]

const DIRECTIVES = ['disable-line', 'disable-next-line', 'disable', 'enable'] as const

/** A comment that silences rules, or ends that. */
export interface ParsedSuppression {
  readonly directive: Directive
  /** The rules that it names. */
  readonly codes: readonly string[]
  readonly reason: string | undefined
  /** What is wrong with the comment. */
  readonly faults: readonly { readonly message: string; readonly help: string }[]
}

/**
 * Reads a comment, such as `# model-entity-disable-line trust-remote-code -- reviewed`. Undefined if it is another comment.
 *
 * @param text - the comment with its `#`
 */
export function parseSuppression(text: string): ParsedSuppression | undefined {
  const match = /^#+[ \t]*model-entity-([A-Za-z_-]+)(?![\w-])(.*)$/s.exec(text)
  if (match === null) return undefined
  const [, word = '', rest = ''] = match
  const directive = DIRECTIVES.find((one) => one === word)
  if (directive === undefined) {
    const near = nearest(word, DIRECTIVES)
    // Other comments may begin with the name of the command.
    if (near === undefined) return undefined
    const message = `The comment "model-entity-${word}" is unknown and silences nothing`
    return {
      directive: 'disable-line',
      codes: [],
      reason: '',
      faults: [{ message, help: `write model-entity-${near}` }],
    }
  }
  const dashes = /(?:^|\s)--(?=\s|$)/.exec(rest)
  const reason = dashes === null ? undefined : rest.slice(dashes.index + dashes[0].length).trim()
  const named = rest.slice(0, dashes?.index ?? rest.length).split(/[\s,]+/)
  const codes = [...new Set(named)].filter((code) => code !== '')
  const faults = codes.flatMap(faultOf)
  if (codes.length === 0 && directive !== 'enable') {
    const message = `The comment "model-entity-${directive}" names no rule and silences nothing`
    faults.push({ message, help: `write the rule: # model-entity-${directive} trust-remote-code -- the reason` })
  }
  return { directive, codes: codes.filter(isSilenceable), reason: reason === '' ? undefined : reason, faults }
}

/** The rules about comments cannot be silenced by a comment. */
const ABOUT_COMMENTS: ReadonlySet<string> = new Set(Object.values(SUPPRESSION_RULES).map(({ code }) => code))

function isSilenceable(code: string): boolean {
  return isRuleCode(code) && !ABOUT_COMMENTS.has(code)
}

function faultOf(code: string): { message: string; help: string }[] {
  if (isSilenceable(code)) return []
  if (!isRuleCode(code)) return [unknownRule(code)]
  return [{ message: `"${code}" is about comments: a comment cannot silence it`, help: 'set the rule in a config' }]
}
