import { robertaModel } from '../blocks/roberta.js'
import type { Family } from '../family.js'

/** XLM-R (Conneau et al. 2019, arXiv:1911.02116): RoBERTa for a hundred languages. */
export const xlmRoberta: Family = {
  modelTypes: ['xlm-roberta'],
  describe: (config, className) =>
    robertaModel(config, className, { family: 'xlm-roberta', name: 'XLMRoberta', vocabSize: 30_522 }),
}
