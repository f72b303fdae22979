import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import type { AttentionRun } from './attention-run.js'

/**
 * Rotates the first features of `key` and `query`, and joins them with the others. The parts keep their names (`forward` of `modeling_gptj.py` and
 * `modeling_codegen.py`, transformers 4.57.6).
 *
 * @param angles - `[1, tokens, rotatedFeatures]`, sines and cosines
 * @throws UndescribedBlock if transformers stops: without `rotary_dim` its table is as wide as the model
 */
export function rotateFirst(run: AttentionRun, rotatedFeatures: number, angles: Shaped): void {
  const { arrays: a, names: f, name, headDim } = run
  if (rotatedFeatures === 0 || rotatedFeatures > headDim)
    throw new UndescribedBlock(
      `no model for ${name}, which rotates ${rotatedFeatures > 0 ? rotatedFeatures : 'all'} features of heads of ${headDim} (\`rotary_dim\`): transformers stops there`,
    )
  for (const part of ['key', 'query']) {
    f.let(`${part} rotating`, a.slice(f.get(part), -1, rotatedFeatures))
    f.let(`${part} passing`, a.slice(f.get(part), -1, headDim - rotatedFeatures))
  }
  for (const part of ['key', 'query'])
    f.let(`${part} rotating`, rotatedNeighbours(run, f.get(`${part} rotating`), angles))
  for (const part of ['key', 'query']) f.let(part, a.cat([f.get(`${part} rotating`), f.get(`${part} passing`)], -1))
}

/** Neighbouring features rotated by angles whose sines and cosines are repeated (`apply_rotary_pos_emb`). */
function rotatedNeighbours({ arrays: a, tokens }: AttentionRun, x: Shaped, angles: Shaped): Shaped {
  const f = new Names(a.tape)
  const half = (angles.layout.shape[2] ?? 0) / 2
  const table = (): Shaped => a.repeatInterleave(a.constant([1, tokens, 1, half], angles.dtype), 2, 3)
  const sin = f.let('sin', table())
  const cos = f.let('cos', table())
  const straight = a.mul(x, cos)
  const turned = a.reshape(a.stack([a.neg(a.everySecond(x)), a.everySecond(x)]), x.layout.shape)
  return f.returned(a.add(straight, a.mul(turned, sin)))
}
