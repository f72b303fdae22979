import { mambaModel } from '../blocks/mamba-model.js'
import type { Family } from '../family.js'

/** Falcon Mamba (Zuo et al. 2024, arXiv:2410.05355): Mamba with norms, which learn nothing, on what steers the state. */
export const falconMamba: Family = {
  modelTypes: ['falcon_mamba'],
  describe: (config, className) => mambaModel(config, className, 'falcon_mamba', 'FalconMamba'),
}
