import type { DecoderRun } from '../decoder-run.js'
import { dropped } from '../dropout.js'
import { chunkedExperts } from '../experts/chunked-experts.js'
import { norm } from '../norms/norms.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { attend } from './layer-attention.js'

/** A layer with both norms and attention in one module, and experts (`DbrxBlock`, transformers 4.57.6). The caller keeps the input. */
export function nestedLayer(run: DecoderRun, layer: Named, input: Tensor, index: number): Tensor {
  const { ops } = run.layers
  const { tape } = ops
  const block = child(layer, 'norm_attn_norm')
  const [first, second] = block ? [child(block, 'norm_1'), child(block, 'norm_2')] : []
  const experts = child(layer, 'ffn')
  if (!block || !first || !second || !experts) throw new UndescribedBlock(`no model for ${layer.name}`)
  const normal = norm(run, first, input)
  const attended = dropped(run, 'attended', attend(run, block, normal, index))
  tape.free(normal, ...run.attentionWeights.splice(0))
  const middle = ops.add(attended, input)
  tape.free(attended)
  const given = norm(run, second, middle)
  const { output: made, held } = chunkedExperts(run, experts, given)
  tape.free(given)
  const fed = dropped(run, 'fed', made)
  const output = ops.add(middle, fed)
  tape.free(fed, middle, held)
  return output
}
