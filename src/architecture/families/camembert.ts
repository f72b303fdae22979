import { robertaFamily } from '../shapes/roberta-family.js'

/** CamemBERT (Martin et al. 2019, arXiv:1911.03894): RoBERTa for French. */
export const camembert = robertaFamily({ modelType: 'camembert', name: 'Camembert', vocabSize: 30_522 })
