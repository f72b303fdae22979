import { clipText } from '../blocks/clip-text.js'
import { linear } from '../blocks/linear.js'
import { container } from '../module.js'
import { clipTextTower } from '../program/clip.js'
import { give, project, set, TOKENS } from '../program/index.js'
import { towerFamily } from '../shapes/tower-family.js'

/** CLIP's text encoder (Radford et al. 2021, arXiv:2103.00020). */
export const clipTextModel = towerFamily({
  modelType: 'clip_text_model',
  name: 'CLIPText',
  build(config) {
    const { model, dimensions } = clipText('CLIP', config, {
      vocabSize: 49_408,
      hiddenSize: 512,
      ffnSize: 2048,
      heads: 8,
      positions: 77,
    })
    const text_projection = linear(dimensions.hiddenSize, config.integer('projection_dim', 512))
    return {
      classes: {
        Model: () => container('CLIPTextModel', { text_model: model }),
        ModelWithProjection: () =>
          container('CLIPTextModelWithProjection', {
            text_model: model,
            text_projection: { ...text_projection, part: 'head' },
          }),
      },
      dimensions,
    }
  },
  program: (config, dimensions, className) => ({
    buffers: [{ count: TOKENS }, { count: [dimensions.contextTokens ?? 0] }],
    steps: [
      ...clipTextTower(config, dimensions),
      ...(className.endsWith('WithProjection') ? [set('vector', project('text_projection', 'textPooled'))] : []),
      give('textHidden'),
    ],
  }),
})
