import { named } from './identity.js'
import * as Type from './typebox.js'

/** Sliding-window attention: each token attends to the last `window_size` tokens only. */
export const SlidingWindowConfig = named(
  Type.Object(
    {
      window_size: Type.Integer({ description: 'Sliding window size (attends to last N tokens)' }),
    },
    { title: 'SlidingWindowConfig', description: 'Sliding window attention configuration.' },
  ),
)

/** The static type of {@link SlidingWindowConfig}. */
export type SlidingWindowConfig = Type.Static<typeof SlidingWindowConfig>
