import { robertaFamily } from '../shapes/roberta-family.js'

/** RoBERTa (Liu et al. 2019, arXiv:1907.11692). */
export const roberta = robertaFamily({
  modelType: 'roberta',
  name: 'Roberta',
  vocabSize: 50_265,
  loraTargets: ['query', 'value'],
})
