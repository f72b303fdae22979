import type { DecoderRun } from '../decoder-run.js'
import { droppedIn } from '../dropout.js'
import { mlp } from '../feed-forward/mlp.js'
import { child, type Named, submodule } from '../submodules.js'
import type { Tensor } from '../tape.js'

/** The placement of the norms: before the blocks, after them (OLMo 2), or both (Gemma 2, GLM 4). */
export function normsOf(layer: Named) {
  const first = submodule(layer, 'firstNorm')
  const afterMlp = submodule(layer, 'afterMlp')
  if (!afterMlp) return { first, afterAttention: undefined, second: submodule(layer, 'secondNorm'), afterMlp }
  const afterAttention = submodule(layer, 'afterAttention')
  const before =
    first &&
    (child(layer, 'pre_feedforward_layernorm') ??
      child(layer, 'pre_mlp_layernorm') ??
      child(layer, 'ffn_norm') ??
      child(layer, 'post_attention_layernorm'))
  return { first, afterAttention, second: before, afterMlp }
}

/** The feed-forward network. */
export function feed(run: DecoderRun, layer: Named, input: Tensor): Tensor {
  return droppedIn(run, 'inBlocks', 'fed', fedWhole(run, layer, input))
}

/** Granite has a shared expert beside the routed ones. */
function fedWhole(run: DecoderRun, layer: Named, input: Tensor): Tensor {
  const block = submodule(layer, 'mlp')
  const beside = child(layer, 'shared_mlp')
  if (!beside) return mlp(run, block ?? layer, input)
  if (!block) return mlp(run, beside, input)
  const { ops } = run.layers
  const { residual } = run.forward
  const routed = mlp(run, block, input)
  const shared = mlp(run, beside, input)
  const sum = ops.add(routed, shared)
  ops.tape.free(shared)
  if (residual.order === 'sequential' && residual.keepsRouted) run.attentionWeights.push(routed)
  else ops.tape.free(routed)
  return sum
}

/** The weights of eager attention, which are freed when the layer returns; some families return them. */
export function ownWeights({ forward, attentionWeights }: DecoderRun): Tensor[] {
  return forward.attention.returnsWeights ? [] : attentionWeights.splice(0)
}
