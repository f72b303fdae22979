/** The regular expression that matches just these texts. */
export function patternOfTexts(texts: readonly string[]): string {
  return `^(?:${texts.map((text) => text.replaceAll(/[^\w ]/g, '\\$&')).join('|')})$`
}
