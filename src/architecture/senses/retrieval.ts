import type { ConfigReader } from '../config-reader.js'
import { call, make, set, TOKENS } from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import { patchPixels } from '../program/qwen-vision.js'
import type { AskedSense, FindSense } from '../sense.js'
import { paligemmaPatches } from './paligemma.js'
import { gridFacts, gridFrequencies, qwen2Encoder } from './qwen.js'

/** Where the model inside has its modules. */
const INSIDE = 'vlm.model.'
const inside = (config: ConfigReader): ConfigReader => config.object('vlm_config')

/** What its processor always makes: a mask for texts and pages, which the class reads. */
const said = ({ images }: AskedSense): string =>
  images > 0
    ? 'each sequence is the image of a page with its prompt and a mask of all tokens, as the processor makes it'
    : 'each sequence is a query, with a mask of all tokens as the processor makes it: no image passes through the vision and the projector part, whose weights are counted'

/** ColPali: PaliGemma makes a mask of numbers for each sequence from the mask of tokens, also for texts. */
export const colpaliWords: FindSense = (config, asked) => ({
  tokens: 0,
  input: said(asked),
  buffers: [{ count: TOKENS }, paligemmaPatches(inside(config), INSIDE).places],
  passes: [],
  masks: 'numbers',
  given: ['positions'],
  isBeforeScale: true,
  steps: [set('positions', make(['sequence', 1], 'int64')), set('merged', 'embedded')],
})

/** ColPali casts the pixels first, and holds them. */
export const colpaliImages: FindSense = (config, asked) => {
  onePage(asked)
  const { sense, pixels, merged } = paligemmaPatches(inside(config), INSIDE)
  return {
    ...sense,
    buffers: [pixels],
    returned: ['features', 'pixels'],
    steps: [set('pixels', { op: 'own', of: { op: 'input', ...pixels } }), ...merged],
  }
}

/** ColQwen2: the class counts the places of tokens itself, in each sequence by its mask. */
export const colqwen2Words: FindSense = (config, asked) => ({
  tokens: 0,
  input: said(asked),
  buffers: [{ count: TOKENS }, gridFrequencies(qwen2Encoder(inside(config), asked))],
  passes: [],
  returned: ['places', 'ends', 'first'],
  steps: [
    set('places', make(asked.images > 0 ? [3, ...TOKENS] : TOKENS, 'int64')),
    set('ends', make(['batch'], 'int64')),
    set('first', 'embedded'),
  ],
})

/** ColQwen2 joins the patches of all pages, which its processor pads, in a copy. It holds what it makes until it returns. */
export const colqwen2Images: FindSense = (config, asked) => {
  onePage(asked)
  const encoder = qwen2Encoder(inside(config), asked)
  const { grid, outFeatures, steps } = encoder
  const features = call(steps, { pixels: 'pixels' }, `${INSIDE}visual`)
  return {
    ...gridFacts(encoder, INSIDE),
    returned: ['pixels', 'features', 'mask'],
    steps: [
      set('pixels', { op: 'concat', of: [patchPixels(grid)] }),
      set('pixels', { op: 'own', of: 'pixels' }),
      ...withFeatures(features, ['images', grid.tokens, outFeatures], { isCounted: false }),
      set('first', 'embedded'),
    ],
  }
}

/** A processor of these models makes a sequence of each page. */
function onePage({ images }: AskedSense): void {
  if (images > 1)
    throw new RangeError(
      `\`images\` is ${images}, but its processor makes a sequence of each page: pass \`images: 1\`, and the pages as \`batchSize\``,
    )
}
