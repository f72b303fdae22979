import { robertaFamily } from '../shapes/roberta-family.js'

/** data2vec for texts (Baevski et al. 2022, arXiv:2202.03555), whose classes are RoBERTa's. */
export const data2vecText = robertaFamily({
  modelType: 'data2vec-text',
  name: 'Data2VecText',
  prefix: 'data2vec_text',
  vocabSize: 30_522,
  isEager: true,
})
