import { colpaliImages, colpaliWords } from '../senses/retrieval.js'
import { retrievalFamily } from '../shapes/retrieval-family.js'

/** ColPali (Faysse et al. 2024, arXiv:2407.01449): finds pages with PaliGemma. */
export const colpali = retrievalFamily({
  modelType: 'colpali',
  name: 'ColPali',
  inside: 'paligemma',
  keepsStates: true,
  words: colpaliWords,
  images: colpaliImages,
})
