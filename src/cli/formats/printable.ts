import { maskUserInfo, printable as withoutUnseen } from '../../display/index.js'

/** A text from a file as it is printed: nothing in it steers the terminal or ends the line, and no URL shows a password. */
export function printable(text: string): string {
  return withoutUnseen(maskUserInfo(text))
}
