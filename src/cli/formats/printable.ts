import { maskUserInfo, printable as withoutUnseen } from '../../display/index.js'

/** Makes a text from a file safe to print: escapes control characters and line breaks, and masks passwords in URLs. */
export function printable(text: string): string {
  return withoutUnseen(maskUserInfo(text))
}
