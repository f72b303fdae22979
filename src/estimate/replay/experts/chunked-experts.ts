import { GroupedArrays } from '../arrays/grouped-arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'
import { activation } from '../feed-forward/activations.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'

/**
 * Experts whose matrices are chunks of three parameters (`DbrxFFN.forward`, transformers 4.57.6). Returns the output, and the shares of all
 * experts, which the layer holds. The caller keeps the input.
 */
export function chunkedExperts(run: DecoderRun, block: Named, input: Tensor): { output: Tensor; held: Tensor } {
  const { layers, options, sizes } = run
  const a = new GroupedArrays(layers)
  const f = new Names(a.tape)
  const { batch, sequence } = options
  const { hiddenSize } = sizes
  const tokens = batch * sequence
  const routed = child(block, 'experts')?.module.routed
  if (!routed) throw new UndescribedBlock(`no model for ${block.name}`)
  const { experts, expertsPerToken: chosen } = routed
  const x = f.let('x', a.of(jittered(run, input), [tokens, hiddenSize]))
  const { all, top } = routes(a, f, `${block.name}.router`, x, chosen)
  run.routers?.keep(all, { experts, chosen })
  const output = f.let('output', dispatched(run, a, `${block.name}.experts.mlp`, { x, top, experts, chosen }))
  layers.ops.tape.alias(all)
  return { output: f.returned(output), held: all }
}

/** In training, the router multiplies its input by noise in place, if its config says so. */
function jittered({ layers, forward, options }: DecoderRun, input: Tensor): Tensor {
  const { ops } = layers
  const { tape } = ops
  const { residual } = forward
  if (options.drops === 'none' || residual.order !== 'nested' || !residual.jitters) return tape.alias(input)
  const noise = tape.tensor(input.elements, input.dtype, 'empty_like')
  const output = tape.record(
    [input],
    { before: [noise] },
    () => ({ ...tape.alias(input) }),
    () => [ops.gradient(input.elements, input.dtype, 'mul')],
  )
  tape.free(noise)
  return output
}

/** `DbrxRouter`, behind the noise. */
function routes(a: GroupedArrays, f: Names, name: string, x: Shaped, chosen: number) {
  const g = new Names(a.tape)
  g.let('weights', a.softmax(a.to(a.linear(`${name}.layer`, x), 'float32')))
  const { values, indices } = a.topk(g.get('weights'), chosen)
  g.let('top', values)
  f.let('indices', indices)
  const total = g.let('total', a.norm1(g.get('top')))
  g.let('top', a.divide(g.get('top'), total))
  const all = f.let('all', a.to(g.get('weights'), x.dtype))
  const top = f.let('top', a.to(g.get('top'), x.dtype))
  g.free()
  return { all, top }
}

interface Dispatched {
  readonly x: Shaped
  readonly top: Shaped
  readonly experts: number
  readonly chosen: number
}

/** `DbrxExperts`: one expert after another. */
function dispatched(run: DecoderRun, a: GroupedArrays, name: string, { x, top, experts, chosen }: Dispatched): Shaped {
  const f = new Names(a.tape)
  const { ops } = run.layers
  const { layout } = x
  const [tokens = 1, hiddenSize = 1] = layout.shape
  const [target] = a.layers.weights.targetsOf(name)
  if (target)
    throw new RangeError(
      `PEFT cannot adapt ${target.name}: DbrxExperts reads it past its module, which its wrapper does not let through. Leave it out`,
    )
  f.let('out', a.make([tokens, hiddenSize], x.dtype, 'zeros_like'))
  f.let('mask', a.make([tokens, chosen, experts], 'int64', 'one_hot'))
  const chunks = ['w1', 'v1', 'w2'].map((matrix) => {
    const whole = a.parameter(`${name}.${matrix}`)
    const apart = a.reshape(whole, [experts, -1, hiddenSize])
    return a
      .split(
        apart,
        Array.from({ length: experts }, () => 1),
        0,
      )
      .map((chunk, index) => f.let(`${matrix} ${index}`, a.squeeze(chunk, 0)))
  })
  const [share, extra] = [Math.floor((tokens * chosen) / experts), (tokens * chosen) % experts]
  for (let expert = 0; expert < experts; expert += 1) {
    const rows = share + (expert < extra ? 1 : 0)
    if (rows === 0) continue
    const places = f.let('places', a.make([2 * rows], 'int64', 'where'))
    const own = { ...places, elements: rows, layout: { shape: [rows], strides: [1] } }
    f.let('tokens', a.index(x, own))
    const [w1, v1, w2] = chunks.map((parts) => parts[expert])
    if (!w1 || !v1 || !w2) throw new Error('each expert has three matrices')
    const made = expertOutput(run, a, f.get('tokens'), [w1, v1, w2])
    const shares = a.index(a.reshape(top, [tokens * chosen, 1]), own)
    f.let('expert', a.mul(made, shares))
    const sum = ops.indexAdd(f.get('out'), f.get('expert'), places)
    f.let('out', { ...sum, layout, isNamed: false })
  }
  return f.returned(f.get('out'))
}

/** `DbrxExpertGLU` */
function expertOutput(
  run: DecoderRun,
  a: GroupedArrays,
  x: Shaped,
  [w1, v1, w2]: readonly [Shaped, Shaped, Shaped],
): Shaped {
  const f = new Names(a.tape)
  f.let('gate', a.mm(x, a.transpose(w1, 0, 1)))
  const up = f.let('up', a.mm(x, a.transpose(v1, 0, 1)))
  const { shape } = up.layout
  f.let(
    'gate',
    a.plain(f.get('gate'), shape, (gate) => activation(run.layers, run.forward.feedForward.activation, gate)),
  )
  const inner = f.let('inner', a.mul(f.get('gate'), up))
  return f.returned(a.mm(inner, w2))
}
