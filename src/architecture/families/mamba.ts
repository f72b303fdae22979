import { mambaFamily } from '../shapes/state-space-family.js'

/** Mamba (Gu & Dao 2023, arXiv:2312.00752): selective state spaces instead of attention, and no MLP. */
export const mamba = mambaFamily({
  modelType: 'mamba',
  name: 'Mamba',
  norms: 'none',
  loraRefused: ['out_proj', 'conv1d'],
})
