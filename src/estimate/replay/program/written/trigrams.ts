import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenRun } from './written-run.js'

/** `MobileBertEmbeddings.forward` of `modeling_mobilebert.py` (transformers 4.57.6). */
export function trigrams({ arrays: a, names: f, batch, tokens, given }: WrittenRun): Shaped {
  const words = given('words', [batch, tokens, -1])
  const neighbours = (): Shaped => a.pad(a.slice(words, 1, tokens - 1), 1, 1)
  return f.returned(a.cat([neighbours(), words, neighbours()], 2))
}
