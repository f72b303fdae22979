import { GroupedArrays } from '../arrays/grouped-arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { compressorAttention } from '../attention/compressors/compressor-attention.js'
import { normed, partOf, unweighted } from '../attention/compressors/parts.js'
import type { DecoderPass } from '../decoder-pass.js'
import type { DecoderRun } from '../decoder-run.js'
import { mlp } from '../feed-forward/mlp.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'

/**
 * A layer on several residual streams, which are summed for each block and mixed with what it makes by matrices whose rows and columns sum up to
 * 1 (`DeepseekV4DecoderLayer` of transformers 5.24). The caller keeps the input.
 */
export function hyperLayer(run: DecoderRun, layer: Named, input: Tensor): Tensor {
  const { layers, options, sizes, forward } = run
  const { residual, attention } = forward
  if (layers.kernels.set !== 'torch')
    throw new UndescribedBlock(`no model for ${layers.kernels.set} kernels in ${layer.module.type}: use those of torch`)
  if (run.prefixes) throw new UndescribedBlock(`no model for prefixes in ${layer.module.type}`)
  if (residual.order !== 'hyperConnections' || !attention.compressors)
    throw new UndescribedBlock(`no model for ${layer.name} without compressors`)
  const { compressors } = attention
  const a = new GroupedArrays(layers)
  const f = new Names(a.tape)
  const { hiddenSize } = sizes
  const shape = [options.batch, options.sequence, hiddenSize]
  const streams = input.elements / (options.batch * options.sequence * hiddenSize)
  f.let('hidden', a.borrowed(input, [options.batch, options.sequence, streams, hiddenSize]))
  connect(a, f, `${layer.name}.attn_hc`, residual.iterations)
  const given = f.let('given', normed(run, a, layer, 'input_layernorm', f.get('collapsed')))
  const attended = compressorAttention(run, a, partOf(layer, 'self_attn'), given, compressors)
  f.delete('given')
  f.let('made', attended.output)
  f.let('weights', attended.weights)
  f.let('hidden', mixed(a, f))
  connect(a, f, `${layer.name}.ffn_hc`, residual.iterations)
  const normal = f.let('given', normed(run, a, layer, 'post_attention_layernorm', f.get('collapsed')))
  f.let('fed', a.of(mlp(run, partOf(layer, 'mlp'), normal), shape))
  f.delete('given')
  return f.returned(mixed(a, f, 'fed'))
}

/** `post * block + comb.T @ hidden` */
function mixed(a: GroupedArrays, f: Names, block = 'made'): Shaped {
  const hidden = f.get('hidden')
  const { dtype } = hidden
  const added = a.mul(a.unsqueeze(a.to(f.get('post'), dtype), -1), a.unsqueeze(f.get(block), -2))
  const comb = a.transpose(a.to(f.get('comb'), dtype), -1, -2)
  return a.add(added, a.matmul(comb, hidden))
}

/** `DeepseekV4HyperConnection`: binds the shares of the block's output, those of the streams, and the sum of the streams. */
function connect(a: GroupedArrays, outer: Names, name: string, iterations: number): void {
  const f = new Names(a.tape)
  const hidden = outer.get('hidden')
  const [batch = 1, sequence = 1, streams = 1] = hidden.layout.shape
  const parts = [streams, streams, streams * streams]
  f.let('flat', projected(a, hidden, `${name}.fn`))
  const weights = a.split(f.get('flat'), parts)
  const bases = a.split(a.parameter(`${name}.base`), parts)
  for (const [index, one] of ['pre', 'post', 'comb'].entries()) {
    const [weight, base] = [weights[index], bases[index]]
    if (!weight || !base) throw new Error('there are three parts')
    f.let(`${one} w`, weight)
    f.let(`${one} b`, base)
    f.let(`${one} scale`, a.select(a.parameter(`${name}.scale`), 0))
  }
  f.let('comb w', a.reshape(f.get('comb w'), [batch, sequence, streams, streams]))
  f.let('comb b', a.reshape(f.get('comb b'), [streams, streams]))
  const weighted = (one: string): Shaped => a.add(a.mul(f.get(`${one} w`), f.get(`${one} scale`)), f.get(`${one} b`))
  f.let('pre', a.shift(a.sigmoid(weighted('pre'))))
  f.let('post', a.scale(a.sigmoid(weighted('post'))))
  // Autocast computes a softmax in float32.
  const comb = weighted('comb')
  f.let('comb', a.shift(a.softmax(a.layers.autocast ? a.to(comb, 'float32') : comb)))
  for (let turn = 0; turn < 2 * iterations - 1; turn += 1) {
    const sums = a.shift(a.sum(f.get('comb'), [turn % 2 === 0 ? -2 : -1], true))
    f.let('comb', a.divide(f.get('comb'), sums))
  }
  const collapsed = a.to(a.sum(a.mul(a.unsqueeze(f.get('pre'), -1), hidden), [2]), hidden.dtype)
  outer.let('post', f.get('post'))
  outer.let('comb', f.get('comb'))
  outer.let('collapsed', collapsed)
  f.free()
}

/** All streams of a token, normalised in float32 and projected. */
function projected(a: GroupedArrays, hidden: Shaped, matrix: string): Shaped {
  const f = new Names(a.tape)
  const [batch = 1, sequence = 1, streams = 1, features = 1] = hidden.layout.shape
  const rows = [batch * sequence, streams * features]
  f.let('flat', a.to(a.reshape(hidden, [batch, sequence, streams * features]), 'float32'))
  f.let('flat', unweighted(a, f.get('flat')))
  // It may be gathered in 16 bits.
  const weight = a.to(a.parameter(matrix), 'float32')
  const made = a.rowProduct(a.reshape(f.get('flat'), rows), weight, weight.layout.shape[0] ?? 1)
  return f.returned(a.reshape(made, [batch, sequence, -1]))
}

/** As many copies of the embeddings as there are streams, and their sum behind the last layer. */
export class HyperStreams {
  readonly #pass: DecoderPass
  readonly #a: GroupedArrays

  constructor(pass: DecoderPass) {
    this.#pass = pass
    this.#a = new GroupedArrays(pass.layers)
  }

  /** The streams of the first layer. The caller keeps the embeddings. */
  enter(embedded: Tensor): Tensor {
    const { options, sizes, layers, base } = this.#pass
    const streams = layers.weights.shapeOf(layers.weights.get(`${base.name}.hc_head.hc_base`))[0] ?? 1
    const shape = [options.batch, options.sequence]
    const one = this.#a.unsqueeze(this.#a.borrowed(embedded, [...shape, sizes.hiddenSize]), 2)
    return this.#a.contiguous(this.#a.expand(one, [...shape, streams, sizes.hiddenSize]))
  }

  /** `DeepseekV4HyperHead`. Frees the streams. */
  merge(given: Tensor): Tensor {
    const { options, sizes, base } = this.#pass
    const a = this.#a
    const f = new Names(a.tape)
    const { batch, sequence } = options
    const head = `${base.name}.hc_head`
    const hidden = f.let(
      'x',
      a.of(given, [batch, sequence, given.elements / (batch * sequence * sizes.hiddenSize), sizes.hiddenSize]),
    )
    f.let('mixes', projected(a, hidden, `${head}.hc_fn`))
    const [scale, bias] = ['hc_scale', 'hc_base'].map((name) => a.to(a.parameter(`${head}.${name}`), 'float32'))
    if (!scale || !bias) throw new Error('a head has a scale and a bias')
    const weighted = a.add(a.mul(f.get('mixes'), scale), bias)
    f.let('pre', a.shift(a.sigmoid(weighted)))
    return f.returned(a.to(a.sum(a.mul(a.unsqueeze(f.get('pre'), -1), hidden), [2]), hidden.dtype))
  }

  /** Nothing lives until the model returns. */
  end(): void {}
}
