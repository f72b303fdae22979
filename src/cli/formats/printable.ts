import { maskUrls, printable as withoutUnseen } from '../../display/index.js'

/** Makes a text from a file safe to print: escapes control characters and line breaks, and masks secrets in URLs. */
export function printable(text: string): string {
  return withoutUnseen(maskUrls(text))
}
