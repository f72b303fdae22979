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
 * @param isMasked - whether the mask of them is there already. Default: no
 * @param of - what the names of its variables begin with, if the code holds those of images and of sound at once
 */
export function withFeatures(
  vectors: Value,
  features: Count,
  { others = 0, drops = [] as readonly string[], isCounted = true, of = '', isMasked = false } = {},
): Steps {
  return [
    set(`${of}features`, { op: 'own', of: vectors }),
    ...drops.map((drop) => ({ drop })),
    ...(isMasked ? [] : [set(`${of}mask`, make(TOKENS, 'bool'))]),
    ...Array.from({ length: others }, (_, index) => set(`${of}mask${index}`, make(TOKENS, 'bool'))),
    ...(isCounted ? [set('checked', { op: 'selected', of: 'embedded', count: features }), { drop: 'checked' }] : []),
    set('embedded', { op: 'scatter', into: 'embedded', mask: `${of}mask`, of: `${of}features` }),
  ]
}
