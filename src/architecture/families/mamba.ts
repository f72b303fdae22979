import { mambaModel } from '../blocks/mamba-model.js'
import type { Family } from '../family.js'

/** Mamba (Gu & Dao 2023, arXiv:2312.00752): selective state spaces instead of attention, and no MLP. */
export const mamba: Family = {
  modelTypes: ['mamba'],
  describe: (config, className) => mambaModel(config, className, 'mamba', 'Mamba'),
}
