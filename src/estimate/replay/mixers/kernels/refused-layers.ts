import type { Arrays } from '../../arrays/arrays.js'
import { UndescribedBlock } from '../../undescribed-block.js'

/** Refuses packed weights of layers that a function of mamba_ssm does not run: it multiplies by their weights as they are stored. */
export function refusePacked({ layers: { weights } }: Arrays, block: string, layers: readonly string[]): void {
  for (const name of layers.map((layer) => `${block}.${layer}`))
    if (weights.get(`${name}.weight`).storedAs !== undefined)
      throw new UndescribedBlock(
        `no model for ${name} in packed weights under the kernels of mamba_ssm, which multiply by them as they are stored, and fail: leave it out of the quantization, or leave mamba_ssm out`,
      )
}
