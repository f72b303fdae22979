import { clipText } from '../blocks/clip-text.js'
import { linear } from '../blocks/linear.js'
import { container } from '../module.js'
import { give, TOKENS } from '../program/index.js'
import { siglipTextTower } from '../program/siglip.js'
import { bareTower, towerFamily } from '../shapes/tower-family.js'

/** SigLIP's text encoder (Zhai et al. 2023, arXiv:2303.15343). */
export const siglipTextModel = towerFamily({
  modelType: 'siglip_text_model',
  name: 'SiglipText',
  build(config) {
    const defaults = { vocabSize: 32_000, hiddenSize: 768, ffnSize: 3072, heads: 12, positions: 64 }
    const { model, dimensions } = clipText('Siglip', config, defaults, (hiddenSize) => ({
      head: linear(hiddenSize, config.derived('projection_size', hiddenSize), { bias: true }),
    }))
    return { classes: bareTower(container('SiglipTextModel', { text_model: model })), dimensions }
  },
  program: (config, dimensions) => ({
    buffers: [{ count: TOKENS }, { count: [dimensions.contextTokens ?? 0] }],
    steps: [...siglipTextTower(config, dimensions), give('textHidden')],
  }),
})
