/**
 * Makes a text from a file safe to print: it must not control the terminal or hide its content.
 *
 * Escapes C0 and C1 controls (including line ends), direction marks, zero-width spaces, line and paragraph separators,
 * variation selectors, tags and lone surrogates: `\u202e`, `\u{e0041}`.
 *
 * @example
 * printable('txet\u202e') // 'txet\\u202e'
 */
export function printable(text: string): string {
  return text.replace(UNSEEN, escapeOf)
}

/** Whether a text has a character that {@link printable} escapes. */
export function hasUnseen(text: string): boolean {
  return text.search(UNSEEN) >= 0
}

/** Escapes the unsafe characters of a JSON text without changing the values of its strings. Keeps line ends. */
export function printableJson(json: string): string {
  return json.replace(UNSEEN, (character) => (character === '\n' ? character : unitEscapes(character)))
}

/** The same for a YAML text. Unsafe characters must be in double quotes. Keeps line ends. */
export function printableYaml(yaml: string): string {
  return yaml.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0) ?? 0
    if (character === '\n') return character
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : unitEscapes(character)
  })
}

/** Controls, formats, separators, lone surrogates, and invisible characters: variation selectors, fillers, tags. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code > 0xffff ? `\\u{${code.toString(16)}}` : unitEscapes(character)
}

function unitEscapes(character: string): string {
  let escapes = ''
  for (let at = 0; at < character.length; at += 1) {
    escapes += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`
  }
  return escapes
}
