import type { SoundStem, StreamNorm, TurnedLayer } from '../../../../architecture/index.js'
import { permuted } from '../../arrays/layout.js'
import { Names } from '../../arrays/names.js'
import { allNormed, layerNormed } from '../../arrays/norms.js'
import type { Shaped } from '../../arrays/shaped.js'
import { activated } from './activated.js'
import { attendedIn } from './paired-attention.js'
import type { WrittenRun } from './written-run.js'

/** The convolutions of `MoonshineEncoder.forward` (transformers 4.57.6). Their output is turned in a view. */
export function soundStem(run: WrittenRun, { samples, widths, steps }: SoundStem): Shaped {
  const { arrays: a, names: f, batch, named, given } = run
  const lengths = steps.flatMap((count) => run.shape(count))
  const convolved = (index: number, input: Shaped): Shaped =>
    a.convolution(named(`conv${index + 1}`), input, [batch, widths[index] ?? 1, lengths[index] ?? 1])
  f.let('x', a.unary(convolved(0, given('features', [batch, 1, ...run.shape(samples)])), 'tanh', 'output'))
  f.let('x', allNormed(a, named('groupnorm'), f.get('x')))
  f.let('x', activated(a, 'gelu', convolved(1, f.get('x'))))
  f.let('x', activated(a, 'gelu', convolved(2, f.get('x'))))
  return f.returned(a.permute(f.get('x'), [0, 2, 1]))
}

/** `MoonshineEncoderLayer.forward`: sums have the memory order of the residual. */
export function turnedLayer(run: WrittenRun, { attention, steps, size, activation }: TurnedLayer): Shaped {
  const { arrays: a, names: f, named } = run
  f.let('residual', turnedStates(run, steps, size))
  f.let('hidden', layerNormed(a, named('input_layernorm'), f.get('residual')))
  f.let('hidden', attendedIn(run, 'self_attn', attention, f.get('hidden'), f.get('hidden')))
  f.let('hidden', a.add(f.get('residual'), f.get('hidden')))
  f.let('residual', f.get('hidden'))
  f.let('hidden', layerNormed(a, named('post_attention_layernorm'), f.get('hidden')))
  const inner = new Names(a.tape)
  inner.let('x', a.linear(named('mlp.fc1'), f.get('hidden')))
  inner.let('x', activated(a, activation, inner.get('x')))
  inner.let('x', a.linear(named('mlp.fc2'), inner.get('x')))
  f.let('hidden', inner.returned(inner.get('x')))
  f.let('hidden', a.add(f.get('residual'), f.get('hidden')))
  return f.returned(f.get('hidden'))
}

/** A layer norm of the same hidden states, whose output is in order. */
export function streamNorm(run: WrittenRun, { steps, size, module }: StreamNorm): Shaped {
  return layerNormed(run.arrays, run.named(module), turnedStates(run, steps, size))
}

/** `hidden` as `[batch, steps, channels]`, with the steps of a channel next to each other in memory. */
function turnedStates(run: WrittenRun, steps: TurnedLayer['steps'], size: number): Shaped {
  const [length = 1] = run.shape(steps)
  const inOrder = run.given('hidden', [run.batch, size, length])
  return { ...inOrder, layout: permuted(inOrder.layout, [0, 2, 1]) }
}
