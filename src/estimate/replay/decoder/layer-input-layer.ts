import { GroupedArrays } from '../arrays/grouped-arrays.js'
import { sizeOf } from '../arrays/layout.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { computeKeys, valueNormAttention } from '../attention/value-norm-attention.js'
import type { DecoderRun } from '../decoder-run.js'
import { groupedExperts } from '../experts/grouped-experts.js'
import { groupedRoutes } from '../experts/grouped-routers.js'
import { activate } from '../feed-forward/activations.js'
import { mlp } from '../feed-forward/mlp.js'
import { norm } from '../norms/norms.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'

/**
 * A layer of Gemma 4 (`Gemma4TextDecoderLayer`, transformers 5.24): attention, a feed-forward network, in some models beside experts, and
 * a gated product with the layer's own input. The caller keeps the input.
 */
export function layerInputLayer(run: DecoderRun, layer: Named, input: Tensor, index: number): Tensor {
  const { layers, options } = run
  if (layers.kernels.set !== 'torch')
    throw new UndescribedBlock(`no model for ${layers.kernels.set} kernels in ${layer.module.type}: use those of torch`)
  const a = new GroupedArrays(layers)
  const f = new Names(a.tape)
  const shape = [options.batch, options.sequence, run.sizes.hiddenSize]
  const part = (name: string): Named => partOf(layer, name)
  const normed = (name: string, given: Shaped): Shaped =>
    a.plain(given, given.layout.shape, (tensor) => norm(run, part(name), tensor))
  const own = run.layerInputs && f.let('own input', a.slice(a.select(run.layerInputs, 2), 1, options.sequence))
  f.let('residual', a.borrowed({ ...input, elements: sizeOf(shape) }, shape))
  computeKeys(run, index, () => f.let('hidden', normed('input_layernorm', f.get('residual'))))
  f.let('hidden', valueNormAttention(run, a, part('self_attn'), f.get('hidden'), index))
  f.let('hidden', normed('post_attention_layernorm', f.get('hidden')))
  f.let('hidden', a.add(f.get('residual'), f.get('hidden')))
  f.let('residual', f.get('hidden'))
  f.let('hidden', normed('pre_feedforward_layernorm', f.get('residual')))
  f.let(
    'hidden',
    a.plain(f.get('hidden'), shape, (tensor) => mlp(run, part('mlp'), tensor)),
  )
  if (child(layer, 'router')) besideExperts(run, a, f, layer, normed)
  f.let('hidden', normed('post_feedforward_layernorm', f.get('hidden')))
  f.let('hidden', a.add(f.get('residual'), f.get('hidden')))
  if (own) {
    f.let('residual', f.get('hidden'))
    f.let('hidden', a.linear(part('per_layer_input_gate').name, f.get('hidden')))
    const gate = f.get('hidden')
    f.let(
      'hidden',
      a.plain(gate, gate.layout.shape, (tensor) => activate(run, tensor)),
    )
    f.let('hidden', a.mul(f.get('hidden'), own))
    f.let('hidden', a.linear(part('per_layer_projection').name, f.get('hidden')))
    f.let('hidden', normed('post_per_layer_input_norm', f.get('hidden')))
    f.let('hidden', a.add(f.get('residual'), f.get('hidden')))
  }
  f.let('hidden', a.scaleInPlace(f.get('hidden')))
  a.tape.free(...run.attentionWeights.splice(0))
  return f.returned(f.get('hidden'))
}

/** The experts of the residual stream, normalised and added to the output of the feed-forward network. */
function besideExperts(
  run: DecoderRun,
  a: GroupedArrays,
  f: Names,
  layer: Named,
  normed: (name: string, given: Shaped) => Shaped,
): void {
  const { mixture } = run.forward.feedForward
  const experts = partOf(layer, 'experts')
  const [count] = experts.module.parameters?.['gate_up_proj'] ?? []
  if (!mixture || count === undefined) throw new UndescribedBlock(`no model for the experts of ${layer.name}`)
  const residual = f.get('residual')
  const { shape } = residual.layout
  f.let('first', normed('post_feedforward_layernorm_1', f.get('hidden')))
  const flat = f.let('flat', a.reshape(residual, [-1, shape.at(-1) ?? 1]))
  const choice = { experts: count, chosen: run.sizes.expertsPerToken }
  const routes = groupedRoutes(a, mixture, layer, flat, choice)
  a.tape.free(...run.attentionWeights.splice(0))
  const shares = f.let('shares', routes.logits)
  run.routers?.keep(shares, choice)
  const weights = f.let('weights', routes.weights)
  const indices = f.let('indices', routes.indices)
  f.let('second', normed('pre_feedforward_layernorm_2', flat))
  f.let('second', groupedExperts(run, a, experts.name, f.get('second'), { weights, indices }))
  f.let('second', a.reshape(f.get('second'), shape))
  f.let('second', normed('post_feedforward_layernorm_2', f.get('second')))
  f.let('hidden', a.add(f.get('first'), f.get('second')))
}

function partOf(of: Named, name: string): Named {
  const found = child(of, name)
  if (found) return found
  throw new UndescribedBlock(`${of.name} has no ${name}`)
}
