import type { SharedResidual } from '../../../architecture/index.js'
import { adapted } from '../adapters/adapted.js'
import { Arrays } from '../arrays/arrays.js'
import { selfAttention } from '../attention/self-attention.js'
import type { DecoderRun } from '../decoder-run.js'
import { activate } from '../feed-forward/activations.js'
import { mlp } from '../feed-forward/mlp.js'
import { mix } from '../mixers/mix.js'
import { norm } from '../norms/norms.js'
import { child, type Named, outFeatures } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'

/**
 * A layer of Zamba or Zamba2 (`Zamba2HybridLayer` and `Zamba2MambaDecoderLayer`, transformers 4.57.6): a state space, in some layers behind a
 * transformer block that layers share, which reads the embeddings too. The caller keeps the input.
 */
export function sharedLayer(
  run: DecoderRun,
  layer: Named,
  input: Tensor,
  index: number,
  residual: SharedResidual,
): Tensor {
  const decoder = child(layer, 'mamba_decoder')
  if (!decoder) return stateSpace(run, layer, input)
  const { ops } = run.layers
  const { tape } = ops
  const found = child(layer, 'shared_transf') ?? part(layer, 'shared_transformer')
  const block = { name: found.module.sharedWith ?? found.name, module: found.module }
  const hasAdapters = child(part(block, 'feed_forward'), 'gate_up_proj') !== undefined
  const use = hasAdapters ? residual.sharedIn.indexOf(index) : undefined
  if (run.prefixes)
    throw new UndescribedBlock(`${layer.module.type} takes no prefixes: its cache is of a class of its own`)
  if (!run.original) throw new UndescribedBlock(`${layer.name} has no embeddings to read`)
  const { batch, sequence } = run.options
  const a = new Arrays(run.layers)
  const halves = [input, run.original].map((half) => a.borrowed(half, [batch, sequence, run.sizes.hiddenSize]))
  const both = a.cat(halves, -1)
  const normal = norm(run, part(block, 'input_layernorm'), both)
  tape.free(both)
  const attended = selfAttention(run, part(block, 'self_attn'), normal, index, use)
  tape.free(normal)
  const again = norm(run, part(block, 'pre_ff_layernorm'), attended)
  tape.free(attended)
  const fed =
    use === undefined
      ? mlp(run, part(block, 'feed_forward'), again)
      : adaptedMlp(run, part(block, 'feed_forward'), again, use)
  tape.free(again, ...run.attentionWeights.splice(0))
  const last = part(layer, 'linear')
  const moved = run.layers.linear(last.name, fed, outFeatures(last))
  const output = stateSpace(run, decoder, input, moved)
  tape.free(fed, moved)
  return output
}

/** `x + mamba(norm(x + y))`. */
function stateSpace(run: DecoderRun, layer: Named, input: Tensor, beside?: Tensor): Tensor {
  const { ops } = run.layers
  const { tape } = ops
  const pass = run.forward.mixers['mamba']
  if (!pass) throw new UndescribedBlock(`no model for ${layer.name}`)
  const sum = beside ? ops.add(input, beside) : tape.alias(input)
  const normal = norm(run, part(layer, 'input_layernorm'), sum)
  tape.free(sum)
  const mixed = mix(run, pass, part(layer, 'mamba'), normal)
  tape.free(normal)
  const output = ops.add(input, mixed)
  tape.free(mixed)
  return output
}

/** A gated feed-forward network, with an adapter for each of its uses. */
function adaptedMlp(run: DecoderRun, block: Named, input: Tensor, use: number): Tensor {
  const { layers } = run
  const { ops } = layers
  const { tape } = ops
  const wide = part(block, 'gate_up_proj')
  const features = outFeatures(wide)
  const base = layers.linear(wide.name, input, features)
  const both = adapted(run, `${block.name}.gate_up_proj_adapter_list.${use}`, input, base, features)
  const [gate = both, up = both] = ops.split(both, [both.elements / 2, both.elements / 2])
  tape.free(both)
  const opened = activate(run, gate)
  const product = ops.mul(opened, up)
  tape.free(opened)
  const down = part(block, 'down_proj')
  const output = layers.linear(down.name, product, outFeatures(down))
  tape.free(product, gate, up)
  return output
}

function part(of: Named, name: string): Named {
  const found = child(of, name)
  if (found) return found
  throw new UndescribedBlock(`${of.name} has no ${name}`)
}
