/** What a shell can offer for a value of the command. */

import type { Argument, Option } from 'commander'

/** What may stand for a value: words, files or folders; or nothing that a shell could know. */
export type Offer =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** Words that end with `=`, and what follows them: `sarif=report.sarif`. */
  | { readonly kind: 'prefixes'; readonly words: readonly string[]; readonly behind: 'files' | 'nothing' }
  | { readonly kind: 'files' }
  | { readonly kind: 'folders' }
  | { readonly kind: 'nothing' }

/** Says what an option or an argument accepts, where its choices do not. */
export function offering<T extends Option | Argument>(of: T, offer: Offer): T {
  OFFERS.set(of, offer)
  return of
}

const OFFERS = new WeakMap<Option | Argument, Offer>()

/** What a shell can offer for the value of an option or for an argument. */
export function offerOf(of: Option | Argument): Offer {
  const known = OFFERS.get(of)
  if (known !== undefined) return known
  if (of.argChoices !== undefined) return { kind: 'words', words: of.argChoices }
  const placeholder = 'flags' in of ? (/[<[]([^>\].]+)/.exec(of.flags)?.[1] ?? '') : of.name()
  return { kind: PATHS[placeholder] ?? 'nothing' }
}

/** The names of values that are paths. */
const PATHS: Readonly<Record<string, 'files' | 'folders'>> = {
  file: 'files',
  files: 'files',
  glob: 'files',
  checkpoint: 'files',
  model: 'files',
  root: 'folders',
}
