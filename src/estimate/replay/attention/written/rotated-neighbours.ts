import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import type { AttentionRun } from './attention-run.js'

/**
 * Neighbouring features rotated by angles whose sines and cosines are repeated (`apply_rotary_pos_emb` of `modeling_gptj.py` and
 * `modeling_codegen.py`, transformers 4.57.6).
 *
 * @param x - `[batch, tokens, heads, features]`
 * @param angles - `[1, tokens, features]`, sines and cosines
 */
export function rotatedNeighbours({ arrays: a, tokens }: AttentionRun, x: Shaped, angles: Shaped): Shaped {
  const f = new Names(a.tape)
  const half = (angles.layout.shape[2] ?? 0) / 2
  const table = (): Shaped => a.repeatInterleave(a.constant([1, tokens, 1, half], angles.dtype), 2, 3)
  const sin = f.let('sin', table())
  const cos = f.let('cos', table())
  const straight = a.mul(x, cos)
  const turned = a.reshape(a.stack([a.neg(a.everySecond(x)), a.everySecond(x)]), x.layout.shape)
  return f.returned(a.add(straight, a.mul(turned, sin)))
}

/** Refuses what transformers stops at: a table of other features than the heads have, as without `rotary_dim`, where it is as wide as the model. */
export function checkRotated({ name, headDim }: AttentionRun, rotatedFeatures: number): void {
  if (rotatedFeatures > 0 && rotatedFeatures <= headDim) return
  throw new UndescribedBlock(
    `no model for ${name}, which rotates ${rotatedFeatures > 0 ? rotatedFeatures : 'all'} features of heads of ${headDim} (\`rotary_dim\`): transformers stops there`,
  )
}
