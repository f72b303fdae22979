import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { StreamArrays } from '../arrays/stream-arrays.js'
import { valueNormAttention } from '../attention/value-norm-attention.js'
import type { DecoderRun } from '../decoder-run.js'
import { activate } from '../feed-forward/activations.js'
import { norm } from '../norms/norms.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'

/**
 * A layer of Gemma 3n (`Gemma3nTextDecoderLayer`, transformers 4.57.6): all residual streams are predicted from each other (AltUp), attention
 * beside a low-rank detour (Laurel) and a feed-forward network work on the first, and what they made corrects all of them. The layer's own input
 * is added to the others. The caller keeps the input.
 */
export function streamLayer(run: DecoderRun, layer: Named, input: Tensor, index: number): Tensor {
  const { layers, options, sizes, forward } = run
  const { residual } = forward
  if (layers.kernels.set !== 'torch')
    throw new UndescribedBlock(`no model for ${layers.kernels.set} kernels in ${layer.module.type}: use those of torch`)
  if (residual.order !== 'streams' || !run.layerInputs)
    throw new UndescribedBlock(`no model for ${layer.name} without residual streams and inputs of layers`)
  const a = new StreamArrays(layers)
  const f = new Names(a.tape)
  const shape = [options.batch, options.sequence, sizes.hiddenSize]
  const streams = input.elements / (options.batch * options.sequence * sizes.hiddenSize)
  const part = (name: string): Named => partOf(layer, name)
  const own = f.let('own input', a.select(run.layerInputs, 2))
  const hidden = f.let('hidden', a.borrowed(input, [streams, ...shape]))
  f.let('predictions', predicted(run, a, part('altup'), hidden))
  f.let('active', a.select(f.get('predictions'), 0))
  f.let('normal', normed(run, a, part('input_layernorm'), f.get('active')))
  f.let('laurel', laurel(run, a, part('laurel'), f.get('normal')))
  f.let('attended', valueNormAttention(run, a, part('self_attn'), f.get('normal'), index))
  f.let('attended', normed(run, a, part('post_attention_layernorm'), f.get('attended')))
  f.let('gated', a.add(f.get('active'), f.get('attended')))
  f.let('joined', a.scale(a.add(f.get('gated'), f.get('laurel'))))
  f.let('attended norm', normed(run, a, part('pre_feedforward_layernorm'), f.get('joined')))
  f.let('fed', feedForward(run, a, part('mlp'), f.get('attended norm'), index))
  f.let('fed norm', normed(run, a, part('post_feedforward_layernorm'), f.get('fed')))
  f.let('activated', a.add(f.get('joined'), f.get('fed norm')))
  f.let('corrected', corrected(run, a, part('altup'), f.get('predictions'), f.get('activated')))
  f.let('first', a.clone(a.select(f.get('corrected'), 0)))
  if (residual.scalesCorrected)
    f.let('first', a.mul(f.get('first'), a.parameter(`${layer.name}.altup.correct_output_scale`)))
  f.let('first', a.linear(part('per_layer_input_gate').name, f.get('first')))
  const gate = f.get('first')
  f.let(
    'first',
    a.plain(gate, gate.layout.shape, (tensor) => activate(run, tensor)),
  )
  f.let('first', a.mul(f.get('first'), own))
  f.let('first', a.linear(part('per_layer_projection').name, f.get('first')))
  f.let('first', normed(run, a, part('post_per_layer_input_norm'), f.get('first')))
  // `corrected[1:] += first` adds in place, and then assigns the part to itself.
  const others = [streams - 1, ...shape]
  f.let('corrected', a.addInto(f.get('corrected'), f.get('first'), others))
  f.let('corrected', a.assign(f.get('corrected'), a.slice(f.get('corrected'), 0, streams - 1)))
  a.tape.free(...run.attentionWeights.splice(0))
  return f.returned(f.get('corrected'))
}

/** `Gemma3nTextAltUp.predict` */
function predicted(run: DecoderRun, a: StreamArrays, altup: Named, hidden: Shaped): Shaped {
  const f = new Names(a.tape)
  const [streams = 1, batch = 1, sequence = 1] = hidden.layout.shape
  f.let('modalities', modalities(run, a, altup, a.select(hidden, 0)))
  const coefficients = a.linear(`${altup.name}.prediction_coefs`, f.get('modalities'))
  f.let('coefficients', a.permute(a.reshape(coefficients, [batch, sequence, streams, streams]), [0, 1, 3, 2]))
  f.let('predictions', a.matmul(a.permute(hidden, [1, 2, 3, 0]), f.get('coefficients')))
  f.let('predictions', a.permute(f.get('predictions'), [3, 0, 1, 2]))
  f.let('predictions', a.addInto(f.get('predictions'), hidden, hidden.layout.shape))
  return f.returned(a.to(a.contiguous(f.get('predictions')), hidden.dtype))
}

/** `Gemma3nTextAltUp.correct` */
function corrected(run: DecoderRun, a: StreamArrays, altup: Named, predictions: Shaped, activated: Shaped): Shaped {
  const f = new Names(a.tape)
  const [streams = 1] = predictions.layout.shape
  f.let('modalities', modalities(run, a, altup, activated))
  f.let('innovation', a.sub(activated, a.select(predictions, 0)))
  f.let('innovation', a.forEachStream(f.get('innovation'), streams))
  f.let('coefficients', a.shift(a.linear(`${altup.name}.correction_coefs`, f.get('modalities'))))
  f.let('coefficients', a.unsqueeze(a.permute(f.get('coefficients'), [2, 0, 1]), -1))
  f.let('corrected', a.mul(f.get('innovation'), f.get('coefficients')))
  f.let('corrected', a.addInPlace(f.get('corrected'), predictions))
  return f.returned(a.to(a.contiguous(f.get('corrected')), activated.dtype))
}

/** `compute_router_modalities` */
function modalities(run: DecoderRun, a: StreamArrays, altup: Named, given: Shaped): Shaped {
  const f = new Names(a.tape)
  const input = f.let('input', given)
  f.let('inputs', a.scale(normed(run, a, partOf(altup, 'router_norm'), input)))
  f.let('routed', a.linear(`${altup.name}.modality_router`, f.get('inputs')))
  return f.returned(a.to(a.unary(a.to(f.get('routed'), 'float32'), 'tanh', 'output'), input.dtype))
}

/** `x + norm(right(left(x)))` */
function laurel(run: DecoderRun, a: StreamArrays, block: Named, input: Shaped): Shaped {
  const f = new Names(a.tape)
  f.let('low', a.linear(`${block.name}.linear_left`, input))
  f.let('low', a.linear(`${block.name}.linear_right`, f.get('low')))
  f.let('normal', normed(run, a, partOf(block, 'post_laurel_norm'), f.get('low')))
  return f.returned(a.add(input, f.get('normal')))
}

/** `Gemma3nTextMLP`: in some layers only values far above the mean pass the gate (`_gaussian_topk`). */
function feedForward(run: DecoderRun, a: StreamArrays, block: Named, input: Shaped, index: number): Shaped {
  const f = new Names(a.tape)
  f.let('gate', a.linear(`${block.name}.gate_proj`, input))
  if (run.forward.feedForward.sparseLayers.includes(index)) f.let('gate', farAboveMean(a, f.get('gate')))
  const gate = f.get('gate')
  f.let(
    'activations',
    a.plain(gate, gate.layout.shape, (tensor) => activate(run, tensor)),
  )
  f.let('up', a.linear(`${block.name}.up_proj`, input))
  return f.returned(a.linear(`${block.name}.down_proj`, a.mul(f.get('activations'), f.get('up'))))
}

function farAboveMean(a: StreamArrays, input: Shaped): Shaped {
  const f = new Names(a.tape)
  f.let('mean', a.mean(input))
  f.let('deviation', a.std(input))
  f.let('cutoff', a.add(f.get('mean'), a.scale(f.get('deviation'))))
  return f.returned(a.unary(a.sub(input, f.get('cutoff')), 'relu', 'output'))
}

function normed(run: DecoderRun, a: StreamArrays, found: Named, input: Shaped): Shaped {
  return a.plain(input, input.layout.shape, (tensor) => norm(run, found, tensor))
}

function partOf(of: Named, name: string): Named {
  const found = child(of, name)
  if (found) return found
  throw new UndescribedBlock(`${of.name} has no ${name}`)
}
