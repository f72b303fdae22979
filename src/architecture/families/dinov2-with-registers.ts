import { dinov2Family } from '../shapes/dinov2-family.js'

/** DINOv2 with registers (Darcet et al. 2023, arXiv:2309.16588): a few tokens that belong to no patch. */
export const dinov2WithRegisters = dinov2Family({
  modelType: 'dinov2_with_registers',
  name: 'Dinov2WithRegisters',
  prefix: 'dinov2_with_registers',
  patch: 16,
  hasRegisters: true,
})
