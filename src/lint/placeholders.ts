/** The `{{…}}` placeholders of a system prompt template. */

/** The only placeholder that the service fills. */
export const FEW_SHOT_PLACEHOLDER = 'icl_few_shot_examples'

/** The distinct names between `{{` and the next `}}`, trimmed, in order of first use. */
export function placeholders(template: string): Set<string> {
  const names = new Set<string>()
  let end = 0
  for (;;) {
    const open = template.indexOf('{{', end)
    const close = open < 0 ? -1 : template.indexOf('}}', open + 2)
    if (close < 0) return names
    // In `{{{name}}}` the innermost braces belong to the placeholder.
    const start = template.lastIndexOf('{{', close - 1) + 2
    names.add(template.slice(Math.max(start, open + 2), close).trim())
    end = close + 2
  }
}
