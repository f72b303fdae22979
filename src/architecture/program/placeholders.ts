import { make, set } from './build.js'
import { type Count, TOKENS } from './count.js'
import type { Steps, Value } from './steps.js'

/**
 * Vectors in the places of the placeholders of a sequence: a mask of them, as wide as the embeddings, and a copy of the embeddings. The code
 * holds mask and vectors until the model returns.
 *
 * @param features - elements of the vectors
 * @param drops - variables that end when the vectors have their name
 * @param isCounted - whether the code counts what the mask selects. Default: yes
 * @param others - how many masks of other placeholders it makes, and holds
 */
export function withFeatures(
  vectors: Value,
  features: Count,
  { others = 0, drops = [] as readonly string[], isCounted = true } = {},
): Steps {
  return [
    set('features', { op: 'own', of: vectors }),
    ...drops.map((drop) => ({ drop })),
    set('mask', make(TOKENS, 'bool')),
    ...Array.from({ length: others }, (_, index) => set(`mask${index}`, make(TOKENS, 'bool'))),
    ...(isCounted ? [set('checked', { op: 'selected', of: 'embedded', count: features }), { drop: 'checked' }] : []),
    set('embedded', { op: 'scatter', into: 'embedded', mask: 'mask', of: 'features' }),
  ]
}
