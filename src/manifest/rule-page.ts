/** Where the page of a rule or an error is. */

/** The published documentation. The package contains both pages. */
const DOCS = 'https://unpkg.com/model-entity/docs'

/** The names of errors contain underscores, except for two. Those of rules do not. */
const ERROR = /_|^(?:enum|missing)$/

/**
 * The page of a rule or an error.
 *
 * @example
 * pageOf('unknown-field') // 'https://unpkg.com/model-entity/docs/lint-rules.md#unknown-field'
 */
export function pageOf(code: string): string {
  return `${DOCS}/${ERROR.test(code) ? 'errors' : 'lint-rules'}.md#${code}`
}
