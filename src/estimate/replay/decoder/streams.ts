import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { StreamArrays } from '../arrays/stream-arrays.js'
import type { DecoderPass } from '../decoder-pass.js'
import { child, layersOf } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { HyperStreams } from './hyper-connections.js'

/**
 * The residual streams of Gemma 3n (`Gemma3nTextModel.forward`, transformers 4.57.6): the embeddings and projections of them with the same
 * magnitude, and behind the layers the mean of what other projections make of them. The code holds its variables until the model returns.
 */
export class Streams {
  readonly #pass: DecoderPass
  readonly #a: StreamArrays
  readonly #f: Names
  readonly #count: number

  constructor(pass: DecoderPass) {
    this.#pass = pass
    this.#a = new StreamArrays(pass.layers)
    this.#f = new Names(this.#a.tape)
    const list = child(pass.base, 'altup_projections')?.module.items ?? []
    this.#count = 1 + list.reduce((sum, { indices }) => sum + indices.length, 0)
  }

  /** The streams of the first layer. The caller keeps the embeddings. */
  enter(embedded: Tensor): Tensor {
    const first = this.#f.let('first', this.#a.borrowed(embedded, this.#shape))
    this.#measure(first)
    for (let index = 1; index < this.#count; index += 1) this.#project('altup_projections', index, first)
    return this.#stacked(first)
  }

  /** One stream from those behind the last layer. Frees them when the model returns. */
  merge(hidden: Tensor): Tensor {
    const a = this.#a
    const f = this.#f
    const whole = f.let('hidden', a.of(hidden, [this.#count, ...this.#shape]))
    this.#measure(a.select(whole, 0))
    const first = f.let('first', a.select(whole, 0))
    for (let index = 1; index < this.#count; index += 1) f.delete(`stream ${index}`)
    for (let index = 1; index < this.#count; index += 1)
      this.#project('altup_unembed_projections', index, a.select(whole, 0))
    const stacked = f.let('stacked', a.of(this.#stacked(first), [this.#count, ...this.#shape]))
    const mean = a.meanOfFirst(stacked)
    f.delete('stacked')
    return mean
  }

  /** Called when the model returns. */
  end(): void {
    this.#f.free()
  }

  get #shape(): readonly number[] {
    const { options, sizes } = this.#pass
    return [options.batch, options.sequence, sizes.hiddenSize]
  }

  /** `mean(x ** 2) ** 0.5` */
  #measure(first: Shaped): void {
    const a = this.#a
    this.#f.let('target', a.pow(a.mean(a.pow(first))))
  }

  #project(list: string, index: number, given: Shaped): void {
    const a = this.#a
    const f = this.#f
    const { dtype } = f.get('first')
    f.let('projected', a.linear(`${this.#pass.base.name}.${list}.${index - 1}`, given))
    f.let('current', a.to(f.get('projected'), dtype))
    f.let('magnitude', a.mean(a.pow(f.get('current'))))
    f.let('magnitude', a.sqrt(a.unary(f.get('magnitude'), 'maximum', 'input')))
    f.let('current', a.divide(a.mul(f.get('current'), f.get('target')), f.get('magnitude')))
    f.let(`stream ${index}`, f.get('current'))
  }

  #stacked(first: Shaped): Tensor {
    const a = this.#a
    const others = Array.from({ length: this.#count - 1 }, (_, index) => this.#f.get(`stream ${index + 1}`))
    return a.cat(
      [first, ...others].map((one) => a.unsqueeze(one, 0)),
      0,
    )
  }
}

/** The residual streams of a model that has several of them. */
export function streamsOf(pass: DecoderPass): Streams | HyperStreams | undefined {
  if (layersOf(pass.base).length === 0) return undefined
  const { order } = pass.forward.residual
  if (order === 'hyperConnections') return new HyperStreams(pass)
  return order === 'streams' ? new Streams(pass) : undefined
}
