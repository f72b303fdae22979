import { dinov2Family } from '../shapes/dinov2-family.js'

/** DINOv2 (Oquab et al. 2023, arXiv:2304.07193): an encoder of images that was trained without labels. */
export const dinov2 = dinov2Family({
  modelType: 'dinov2',
  name: 'Dinov2',
  prefix: 'dinov2',
  patch: 14,
  hasRegisters: false,
})
