/** A text from a file, made harmless: what a file holds must not steer the terminal. Line ends are replaced too. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd')
}
