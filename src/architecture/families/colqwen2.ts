import { colqwen2Images, colqwen2Words } from '../senses/retrieval.js'
import { retrievalFamily } from '../shapes/retrieval-family.js'

/** ColQwen2 (Faysse et al. 2024, arXiv:2407.01449): finds pages with Qwen2-VL. */
export const colqwen2 = retrievalFamily({
  modelType: 'colqwen2',
  name: 'ColQwen2',
  inside: 'qwen2_vl',
  keepsStates: false,
  // The class counts the places itself, before the model inside runs.
  changes: (forward) => ({
    ...forward,
    ...(forward.rotation && { rotation: { ...forward.rotation, hasGivenPlaces: true } }),
  }),
  words: colqwen2Words,
  images: colqwen2Images,
})
