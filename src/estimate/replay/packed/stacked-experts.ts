import type { Shape } from '../../../architecture/index.js'
import type { Operations } from '../operations/operations.js'
import { moduleOf } from '../parameter-names.js'
import type { Tensor } from '../tape.js'
import { unpacking } from './packed-storage.js'

/** Whether a parameter has the weights of several experts: those that axolotl packs (`monkeypatch/moe_quant.py`, 0.21.0). */
export function isStacked(name: string, shape: Shape): boolean {
  return shape.length >= 3 && name.toLowerCase().includes('expert')
}

/** Packed parameters of experts, by the name of their module, and what unpacks them while it runs. */
export class StackedExperts {
  readonly #names = new Map<string, string[]>()
  readonly #bound = new Map<string, (() => Tensor) | undefined>()

  add(name: string): void {
    const module = moduleOf(name)
    this.#names.set(module, [...(this.#names.get(module) ?? []), name])
    this.#bound.set(name, undefined)
  }

  /** The packed parameters of a module. */
  of(module: string): readonly string[] {
    return this.#names.get(module) ?? []
  }

  bind(name: string, unpack: (() => Tensor) | undefined): void {
    this.#bound.set(name, unpack)
  }

  /** A packed parameter in full; absent if it is not packed. */
  unpacked(name: string): Tensor | undefined {
    if (!this.#bound.has(name)) return undefined
    const unpack = this.#bound.get(name)
    if (unpack) return unpack()
    throw new RangeError(
      `\`quantizeExperts\` cannot be estimated for this model: no model for how its code reads ${name}. Leave it out to estimate these experts in 16 bits`,
    )
  }
}

/** The stored and the unpacked parameters of a model. */
interface Weights {
  readonly stacked: StackedExperts
  readonly stored: (name: string) => Tensor | undefined
}

/**
 * Runs a module whose experts are packed: each is unpacked when the code first reads it, and cached until the module returns
 * (`_enable_parametrization_cache` of bitsandbytes 0.50.2, `nn/parametrize.py`). Autograd keeps the unpacked experts that backward needs.
 */
export function withUnpacked<Result>(ops: Operations, weights: Weights, module: string, run: () => Result): Result {
  const names = weights.stacked.of(module)
  if (names.length === 0) return run()
  const held: Tensor[] = []
  for (const name of names) {
    let cached: Tensor | undefined
    weights.stacked.bind(name, () => {
      const stored = weights.stored(name)
      if (!stored) throw new Error(`${name} is not stored`)
      if (!cached) {
        cached = unpackedParameter(ops, stored)
        held.push(cached)
      }
      return cached
    })
  }
  try {
    return run()
  } finally {
    for (const name of names) weights.stacked.bind(name, undefined)
    ops.tape.free(...held)
  }
}

/** `dequantize_4bit` of bitsandbytes: the scales in float32 first, to which the offset is added in place, then all elements. */
function unpackedParameter({ tape }: Operations, { elements, dtype, storedAs }: Tensor): Tensor {
  const { scales, kernel } = unpacking(storedAs ?? 'nf4-double', elements)
  const own = scales > 0 ? [tape.tensor(scales, 'float32', 'dequantize_blockwise')] : []
  const whole = tape.tensor(elements, dtype, kernel)
  tape.free(...own)
  return whole
}
