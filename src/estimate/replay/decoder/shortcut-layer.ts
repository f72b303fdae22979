import type { DecoderRun } from '../decoder-run.js'
import { mlp } from '../feed-forward/mlp.js'
import { norm } from '../norms/norms.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { attendWith } from './layer-attention.js'

/**
 * A layer of LongCat-Flash (`LongcatFlashDecoderLayer`, transformers 4.57.6): attention and a dense network, twice. The experts read what the
 * first network reads, and their output is added behind the second. The caller keeps the input.
 */
export function shortcutLayer(run: DecoderRun, layer: Named, input: Tensor, index: number): Tensor {
  const { ops } = run.layers
  const { tape } = ops
  const attended = added(run, input, (given) => attentionOf(run, layer, 0, given, index))
  const normal = norm(run, item(layer, 'post_attention_layernorm', 0), attended)
  const experts = child(layer, 'mlp')
  if (!experts) throw new UndescribedBlock(`${layer.name} has no experts`)
  const shortcut = mlp(run, experts, normal)
  const fed = mlp(run, item(layer, 'mlps', 0), normal)
  tape.free(normal)
  const middle = ops.add(attended, fed)
  tape.free(attended, fed)
  const [weights] = run.attentionWeights.splice(0)
  const again = added(run, middle, (given) => attentionOf(run, layer, 1, given, index))
  // The weights of the first attention keep their name until the second returns.
  tape.free(middle, ...(weights ? [weights] : []))
  const last = norm(run, item(layer, 'post_attention_layernorm', 1), again)
  const made = mlp(run, item(layer, 'mlps', 1), last)
  tape.free(last)
  const sum = ops.add(again, made)
  const output = ops.add(sum, shortcut)
  tape.free(again, made, sum, shortcut, ...run.attentionWeights.splice(0))
  return output
}

function attentionOf(run: DecoderRun, layer: Named, place: number, input: Tensor, index: number): Tensor {
  const normal = norm(run, item(layer, 'input_layernorm', place), input)
  const made = attendWith(run, item(layer, 'self_attn', place), normal, index)
  run.layers.ops.tape.free(normal)
  return made
}

/** `x + block(x)` */
function added({ layers: { ops } }: DecoderRun, input: Tensor, block: (input: Tensor) => Tensor): Tensor {
  const made = block(input)
  const sum = ops.add(input, made)
  ops.tape.free(made)
  return sum
}

/** One of the two modules of a list. */
function item(of: Named, list: string, place: number): Named {
  const found = child(of, list)
  const module = found?.module.items?.find(({ indices }) => indices.includes(place))?.module
  if (found && module) return { name: `${found.name}.${place}`, module }
  throw new UndescribedBlock(`${of.name} has no ${list}.${place}`)
}
