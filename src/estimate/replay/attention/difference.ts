import { Arrays } from '../arrays/arrays.js'
import { contiguous, isContiguous } from '../arrays/layout.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'
import type { Layers } from '../layers.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { repeat } from './repeat.js'

/** The values of both halves of the heads side by side, for each half (DiffLlama). Frees the values. */
export function pairedValues(layers: Layers, values: Tensor): Tensor {
  const { ops } = layers
  const halves = ops.split(values, [values.elements / 2, values.elements / 2])
  const pairs = ops.cat(halves)
  ops.tape.free(values, ...halves)
  const both = repeat(layers, pairs, 2)
  ops.tape.free(pairs)
  return both
}

/**
 * The output of half of the heads minus that of the others, weighed by four learned vectors, normalised and put in the order of the tokens
 * (`DiffLlamaAttention.forward` of `modeling_diffllama.py`, transformers 4.57.6). The caller keeps the output.
 */
export function difference(run: DecoderRun, block: Named, output: Tensor, isInOrder: boolean): Tensor {
  const { batch, sequence } = run.options
  const { heads, headDim } = run.sizes
  const a = new DifferenceArrays(run.layers)
  const f = new Names(a.tape)
  const width = 2 * headDim
  const whole = isInOrder
    ? a.transpose(a.borrowed(output, [batch, sequence, heads, width]), 1, 2)
    : a.borrowed(output, [batch, heads, sequence, width])
  for (const [index, part] of a.split(whole, [heads / 2, heads / 2], 1).entries()) f.let(`output ${index + 1}`, part)
  const weight = (index: 1 | 2): Shaped => {
    const vector = (name: string): Shaped => a.parameter(`${block.name}.lambda_${name}${index}`)
    return a.to(a.exp(a.sum(a.to(a.mul(vector('q'), vector('k')), 'float32'), [0], true)), output.dtype)
  }
  f.let('weight 1', weight(1))
  f.let('weight 2', weight(2))
  f.let('weight', a.shift(a.sub(f.get('weight 1'), f.get('weight 2'))))
  f.let('output', a.sub(f.get('output 1'), a.mul(f.get('weight'), f.get('output 2'))))
  f.let('output', a.scale(a.norm(f.get('output'))))
  f.let('output', a.contiguous(a.transpose(f.get('output'), 1, 2)))
  return f.returned(f.get('output'))
}

class DifferenceArrays extends Arrays {
  /** A root mean square norm without a gain in one kernel, which makes contiguous what it reads. */
  norm(given: Shaped): Shaped {
    const input = this.wide(given)
    const { layout, dtype } = input
    const rows = input.elements / (layout.shape.at(-1) ?? 1)
    const roots = { ...this.make([rows], 'float32', 'rms_norm'), isNamed: true }
    const fresh = (): Shaped => this.fresh(contiguous(layout.shape), dtype, 'rms_norm')
    const withCopy = (): Shaped => {
      const copy = isContiguous(layout) ? undefined : fresh()
      const made = fresh()
      this.done(copy)
      return made
    }
    const output = this.record({ inputs: [input], saves: [input, roots], make: withCopy, derivatives: [withCopy] })
    this.tape.free(roots)
    return output
  }
}
