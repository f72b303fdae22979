import type { GuessedTokens } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import { linearOfRows } from './linear-of-rows.js'
import type { WrittenRun } from './written-run.js'

/** `self.lm_head(sequence_output[:, 1:])` of `BeitForMaskedImageModeling` (transformers 4.57.6). */
export function guessedTokens({ arrays: a, batch, named, given }: WrittenRun, { patches }: GuessedTokens): Shaped {
  return linearOfRows(a, named('lm_head'), a.slice(given('hidden', [batch, patches + 1, -1]), 1, patches))
}
