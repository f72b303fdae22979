import { idefics3Images } from '../senses/idefics3.js'
import { idefics3Family } from '../shapes/idefics3-family.js'

/** Idefics 3 (Laurençon et al. 2024, arXiv:2408.12637). */
export const idefics3 = idefics3Family({
  modelType: 'idefics3',
  name: 'Idefics3',
  text: { family: 'llama' },
  images: idefics3Images('scatter'),
})
