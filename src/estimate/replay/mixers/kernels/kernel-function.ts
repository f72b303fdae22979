import type { Arrays } from '../../arrays/arrays.js'
import { contiguous } from '../../arrays/layout.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { Gradient } from '../../tape.js'

/** An `autograd.Function` around kernels: what it reads, keeps for backward and allocates, in the order of its code. */
export interface KernelFunction {
  readonly inputs: readonly (Shaped | undefined)[]
  /** The inputs that it keeps for backward. */
  readonly keeps: readonly Shaped[]
  /** Makes the output, and what it keeps for backward beside inputs. All other names are freed. */
  readonly forward: (names: Names) => { readonly output: Shaped; readonly kept?: readonly Shaped[] }
  /**
   * Makes a gradient for each input. Names that are not among them are freed.
   *
   * @param drop - forgets what the function has kept, where its code binds the name of it again: what was recomputed is freed
   */
  readonly backward: (names: Names, gradient: Shaped, drop: (kept: Shaped) => void) => readonly (Shaped | undefined)[]
}

/** Runs such a function, and frees the inputs that have no name. */
export function kernelFunction(a: Arrays, { inputs, keeps, forward, backward }: KernelFunction): Shaped {
  const { tape } = a
  let kept: readonly Shaped[] = []
  let made: Shaped | undefined
  const output = tape.record(
    inputs,
    { before: keeps, after: () => kept.map(({ storage }) => storage) },
    () => {
      const names = new Names(tape)
      const { output: own, kept: own2 = [] } = forward(names)
      for (const one of [own, ...own2]) if (one.isNamed) tape.alias(one)
      kept = own2
      made = own
      names.free()
      return own
    },
    (storage, _, layout, forget) => {
      const names = new Names(tape)
      if (!made) throw new Error('a function has run before its gradient arrives')
      const { elements, dtype } = made
      const gradient = { elements, dtype, storage, layout: layout ?? contiguous(made.layout.shape), isNamed: true }
      const gradients = backward(names, gradient, (one) => forget(keeps.length + kept.indexOf(one)))
      for (const one of gradients) if (one?.isNamed) tape.alias(one)
      names.free()
      return gradients.map((one, index) => one && gradientOf(a, one, inputs[index]))
    },
  )
  a.done(...kept.map((one) => ({ ...one, isNamed: false })), ...inputs)
  if (!made) throw new Error('a function has made its output')
  return { ...output, layout: made.layout, isNamed: false }
}

/** A gradient in the dtype of its input, as the engine casts it. */
function gradientOf(a: Arrays, given: Shaped, input: Shaped | undefined): Gradient | (() => Gradient) {
  const own = { ...given, isNamed: false }
  if (!input || own.dtype === input.dtype) return { storage: own.storage, layout: own.layout, dtype: own.dtype }
  return () => {
    const cast = a.make(own.layout.shape, input.dtype, '_to_copy')
    a.done(own)
    return { storage: cast.storage, layout: cast.layout, dtype: cast.dtype }
  }
}
