import type { Offer } from '../offers.js'
import type { OptionWords } from '../program-words.js'

/** Quotes a text for a shell, so that nothing in it has a meaning. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** All spellings of some options. */
export function flagsOf(options: readonly OptionWords[]): string[] {
  return options.flatMap(({ flags }) => flags)
}

/** The words of an offer; none for paths. */
export function wordsOf(offer: Offer): readonly string[] {
  return 'words' in offer ? offer.words : []
}

/** The first sentence or clause of a description: shells show one short line. */
export function shortText(description: string): string {
  return description.replace(/[:;,]? \(.*$|[:;].*$/s, '')
}
