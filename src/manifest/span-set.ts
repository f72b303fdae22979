import type { Span } from './source-node.js'

/** Stretches of a text, to be asked whether they contain another one. */
export class SpanSet {
  readonly #spans: readonly Span[]

  constructor(spans: Iterable<Span>) {
    this.#spans = outermost([...spans])
  }

  /** Whether a stretch is inside one of the set. */
  contains({ start, end }: Span): boolean {
    let low = 0
    let high = this.#spans.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#spans[middle]?.start ?? 0) <= start) low = middle + 1
      else high = middle
    }
    return end <= (this.#spans[low - 1]?.end ?? -1)
  }
}

/** The stretches that no other one contains, in order. Nodes nest, so they do not overlap in part. */
function outermost(spans: readonly Span[]): Span[] {
  const found: Span[] = []
  for (const span of [...spans].sort((one, other) => one.start - other.start || other.end - one.end)) {
    if (span.end > (found.at(-1)?.end ?? -1)) found.push(span)
  }
  return found
}
