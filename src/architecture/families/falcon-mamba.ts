import { mambaFamily } from '../shapes/state-space-family.js'

/** Falcon Mamba (Zuo et al. 2024, arXiv:2410.05355): Mamba with norms without weights on the step size, B and C. */
export const falconMamba = mambaFamily({
  modelType: 'falcon_mamba',
  name: 'FalconMamba',
  norms: 'unit',
  loraRefused: ['out_proj', 'conv1d'],
})
