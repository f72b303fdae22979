import { robertaModel } from '../blocks/roberta.js'
import type { Family } from '../family.js'

/** RoBERTa (Liu et al. 2019, arXiv:1907.11692). */
export const roberta: Family = {
  modelTypes: ['roberta'],
  describe: (config, className) =>
    robertaModel(config, className, { family: 'roberta', name: 'Roberta', vocabSize: 50_265 }),
}
