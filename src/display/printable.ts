/**
 * Makes a text from a file harmless: what a file holds must neither steer a terminal nor hide what it says.
 *
 * C0 and C1 controls, line ends among them, marks of direction, blanks without width, line and paragraph separators, variation
 * selectors, tags and halves of surrogate pairs are written as escapes: `\u202e`, `\u{e0041}`.
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

/** A text of JSON whose strings have the same values and no character that steers a terminal. Its line ends stay. */
export function printableJson(json: string): string {
  return json.replace(UNSEEN, (character) => (character === '\n' ? character : unitEscapes(character)))
}

/** A text of YAML, likewise; what is to be escaped must stand in double quotes. Its line ends stay. */
export function printableYaml(yaml: string): string {
  return yaml.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0) ?? 0
    if (character === '\n') return character
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : unitEscapes(character)
  })
}

/** Controls, formats, separators, lone surrogates, and what is drawn as nothing: variation selectors, fillers, tags. */
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
