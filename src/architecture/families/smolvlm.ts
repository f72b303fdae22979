import { idefics3Images } from '../senses/idefics3.js'
import { idefics3Family } from '../shapes/idefics3-family.js'

/** SmolVLM (Marafioti et al. 2025, arXiv:2504.05299): a small Idefics 3. */
export const smolvlm = idefics3Family({
  modelType: 'smolvlm',
  liger: { keeps: ['rotation', 'gates'], isUnrecorded: true },
  name: 'SmolVLM',
  text: { family: 'llama' },
  images: idefics3Images('index'),
})
