import { robertaFamily } from '../shapes/roberta-family.js'

/** XLM-R (Conneau et al. 2019, arXiv:1911.02116): RoBERTa for a hundred languages. */
export const xlmRoberta = robertaFamily({
  modelType: 'xlm-roberta',
  name: 'XLMRoberta',
  vocabSize: 30_522,
  loraTargets: ['query', 'value'],
})
