import type { SoundConvolution, TurnedLinear, TurnedNorm } from '../../../../architecture/index.js'
import { channelsNormed, layerNormed } from '../../arrays/norms.js'
import type { Shaped } from '../../arrays/shaped.js'
import { activated } from './activated.js'
import { linearOfRows } from './linear-of-rows.js'
import type { WrittenRun } from './written-run.js'

/** `Wav2Vec2GroupNormConvLayer` and the like of `modeling_wav2vec2.py` (transformers 4.57.6). */
export function soundConvolution(run: WrittenRun, { from, to, norm, activation, isTurned }: SoundConvolution): Shaped {
  const { arrays: a, names: f, named } = run
  f.let('x', a.convolution(named('conv'), turned(run, 'x', from, isTurned), run.shape(to)))
  if (norm === 'channels') f.let('x', channelsNormed(a, named('layer_norm'), f.get('x')))
  if (norm === 'steps') {
    f.let('x', a.transpose(f.get('x'), 1, 2))
    f.let('x', layerNormed(a, named('layer_norm'), f.get('x')))
    f.let('x', a.transpose(f.get('x'), 1, 2))
  }
  f.let('x', activated(a, activation, f.get('x')))
  return f.returned(f.get('x'))
}

export function turnedNorm(run: WrittenRun, { shape, isInOrder, module }: TurnedNorm): Shaped {
  return layerNormed(run.arrays, run.named(module), run.arrays.transpose(steps(run, shape, isInOrder), 1, 2))
}

export function turnedLinear(run: WrittenRun, { shape, isInOrder, module }: TurnedLinear): Shaped {
  return linearOfRows(run.arrays, run.named(module), run.arrays.transpose(steps(run, shape, isInOrder), 1, 2))
}

/** `features` as `[batch, channels, steps]`. */
function steps(run: WrittenRun, shape: TurnedNorm['shape'], isInOrder: boolean): Shaped {
  const [batch = 'batch', length = 1, channels = 1] = shape
  return turned(run, 'features', [batch, channels, length], isInOrder)
}

/** A variable of `[batch, channels, steps]`, in the memory order of `[batch, steps, channels]` if it is turned. */
export function turned(run: WrittenRun, name: string, count: SoundConvolution['from'], isTurned: boolean): Shaped {
  const [batch = 1, channels = 1, length = 1] = run.shape(count)
  if (!isTurned) return run.given(name, [batch, channels, length])
  const rows = run.given(name, [batch, length, channels])
  const [outer = 1, step = 1, one = 1] = rows.layout.strides
  return { ...rows, layout: { shape: [batch, channels, length], strides: [outer, one, step] } }
}
