import type { DecoderRun } from '../decoder-run.js'
import { droppedIn } from '../dropout.js'
import { mlp } from '../feed-forward/mlp.js'
import { norm } from '../norms/norms.js'
import { type Named, submodule } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { attend } from './layer-attention.js'

/** A layer that normalises sums (`Block` of `modeling_openai.py`, transformers 4.57.6). It holds all it makes. The caller keeps the input. */
export function sumLayer(run: DecoderRun, layer: Named, input: Tensor, index: number): Tensor {
  const { ops } = run.layers
  const [first, second] = [submodule(layer, 'firstNorm'), submodule(layer, 'secondNorm')]
  const block = submodule(layer, 'mlp')
  if (!first || !second || !block) throw new UndescribedBlock(`no model for ${layer.name}`)
  const normalised = (module: Named, left: Tensor, right: Tensor): Tensor => {
    const sum = ops.add(left, right)
    const normal = norm(run, module, sum)
    ops.tape.free(sum)
    return normal
  }
  const attended = attend(run, layer, input, index)
  const middle = normalised(first, input, attended)
  const fed = droppedIn(run, 'inBlocks', 'fed', mlp(run, block, middle))
  const output = normalised(second, middle, fed)
  ops.tape.free(attended, middle, fed, ...run.attentionWeights.splice(0))
  return output
}
