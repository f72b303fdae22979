/** The shape of an array, and how many elements apart its neighbours are in each dimension. */
export interface Layout {
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

/** The number of elements. */
export function sizeOf(shape: readonly number[]): number {
  let product = 1
  for (const size of shape) product *= size
  return product
}

/** Whether two shapes, or the strides of two layouts, are the same. */
export function isSame(one: readonly number[], other: readonly number[]): boolean {
  if (one === other) return true
  if (one.length !== other.length) return false
  for (let dim = 0; dim < one.length; dim += 1) if (one[dim] !== other[dim]) return false
  return true
}

/** A shape with its `-1` filled in. */
export function filled(shape: readonly number[], elements: number): number[] {
  const known = shape.reduce((product, size) => (size < 0 ? product : product * size), 1)
  return shape.map((size) => (size < 0 ? elements / known : size))
}

/** A layout without gaps, the last dimension innermost. */
export function contiguous(shape: readonly number[]): Layout {
  const strides = shape.slice()
  let stride = 1
  for (let dim = shape.length - 1; dim >= 0; dim -= 1) {
    strides[dim] = stride
    stride *= Math.max(shape[dim] ?? 1, 1)
  }
  return { shape, strides }
}

/** Whether a layout has no gaps and the last dimension innermost. */
export function isContiguous({ shape, strides }: Layout): boolean {
  let expected = 1
  for (let dim = shape.length - 1; dim >= 0; dim -= 1) {
    const size = shape[dim] ?? 1
    if (size === 1) continue
    if (strides[dim] !== expected) return false
    expected *= size
  }
  return true
}

/** Whether a layout has no gaps and no element twice, in any order of its dimensions. */
export function isDense({ shape, strides }: Layout): boolean {
  if (isContiguous({ shape, strides })) return true
  let expected = 1
  const dims = shape.map((size, dim) => ({ size, stride: strides[dim] ?? 0 })).filter(({ size }) => size !== 1)
  for (const { size, stride } of dims.sort((a, b) => a.stride - b.stride)) {
    if (stride !== expected) return false
    expected *= size
  }
  return true
}

/** The layout of the same elements in another shape; absent if they must be copied for it (torch's `computeStride`). */
export function viewed(layout: Layout, shape: readonly number[]): Layout | undefined {
  if (sizeOf(layout.shape) === 0) return contiguous(shape)
  const { shape: sizes, strides: steps } = layout
  const strides = shape.slice()
  let at = shape.length - 1
  let base = steps.at(-1) ?? 1
  let elements = 1
  let covered = 1
  for (let dim = sizes.length - 1; dim >= 0; dim -= 1) {
    elements *= sizes[dim] ?? 1
    const outer = steps[dim - 1]
    if (dim > 0 && (sizes[dim - 1] === 1 || outer === elements * base)) continue
    while (at >= 0 && (covered < elements || shape[at] === 1)) {
      strides[at] = covered * base
      covered *= shape[at] ?? 1
      at -= 1
    }
    if (covered !== elements) return undefined
    if (outer !== undefined) {
      base = outer
      elements = 1
      covered = 1
    }
  }
  return at === -1 ? { shape, strides } : undefined
}

/** The shape of an operation on several arrays: dimensions of size 1 are repeated. */
export function broadcastShape(...shapes: readonly (readonly number[])[]): readonly number[] {
  const [first = []] = shapes
  if (shapes.every((shape) => isSame(shape, first))) return first
  const dims = Math.max(0, ...shapes.map(({ length }) => length))
  return Array.from({ length: dims }, (_, dim) => {
    const sizes = shapes.map((shape) => shape[dim - dims + shape.length] ?? 1)
    return sizes.find((size) => size !== 1) ?? 1
  })
}

/** An array repeated along its dimensions of size 1, and along new outer dimensions, without a copy. */
export function expanded({ shape, strides }: Layout, to: readonly number[]): Layout {
  const added = to.length - shape.length
  return {
    shape: to,
    strides: to.map((size, dim) => {
      const own = shape[dim - added] ?? 1
      return dim < added || (own === 1 && size !== 1) ? 0 : (strides[dim - added] ?? 0)
    }),
  }
}

/** The layout of what an elementwise operation makes: in the memory order of its inputs (torch's `TensorIterator`). */
export function elementwise(...inputs: readonly Layout[]): Layout {
  const [first] = inputs
  const isOneShape = first !== undefined && inputs.every((input) => isSame(input.shape, first.shape))
  const shape = isOneShape ? first.shape : broadcastShape(...inputs.map((input) => input.shape))
  const isAlike = isOneShape || inputs.every((input) => isSame(input.shape, shape))
  if (isAlike && inputs.every(isContiguous)) return contiguous(shape)
  if (isAlike && first && isDense(first) && inputs.every(({ strides }) => isSame(strides, first.strides)))
    return { shape, strides: first.strides }
  const all = inputs.map((input) => expanded(input, shape).strides)
  // From the innermost to the outermost dimension.
  const order = shape.map((_, dim) => shape.length - 1 - dim)
  for (let index = 1; index < order.length; index += 1) {
    let place = index
    for (let other = index - 1; other >= 0; other -= 1) {
      const verdict = compared(order[other] ?? 0, order[place] ?? 0, shape, all)
      if (verdict > 0) {
        const moved = order[other] ?? 0
        order[other] = order[place] ?? 0
        order[place] = moved
        place = other
      } else if (verdict < 0) break
    }
  }
  const strides = Array.from<number>({ length: shape.length })
  let stride = 1
  for (const dim of order) {
    strides[dim] = stride
    stride *= Math.max(shape[dim] ?? 1, 1)
  }
  return { shape, strides }
}

/** Above 0 if the first dimension belongs outside the second, below 0 if inside, 0 if no input tells. */
function compared(inner: number, outer: number, shape: readonly number[], all: readonly (readonly number[])[]): number {
  for (const strides of all) {
    const [a = 0, b = 0] = [strides[inner], strides[outer]]
    if (a === 0 || b === 0) continue
    if (a !== b) return a < b ? -1 : 1
    if ((shape[inner] ?? 1) > (shape[outer] ?? 1)) return 1
  }
  return 0
}

/** Some dimensions in another order. */
export function permuted({ shape, strides }: Layout, order: readonly number[]): Layout {
  return { shape: order.map((dim) => shape[dim] ?? 1), strides: order.map((dim) => strides[dim] ?? 1) }
}

/** A layout with the size of one dimension changed, of which every `step`-th element is taken. */
export function resized({ shape, strides }: Layout, dim: number, size: number, step = 1): Layout {
  return { shape: shape.with(dim, size), strides: step === 1 ? strides : strides.with(dim, step * (strides[dim] ?? 1)) }
}

/** A layout without one dimension. */
export function without({ shape, strides }: Layout, dim: number): Layout {
  return { shape: shape.toSpliced(dim, 1), strides: strides.toSpliced(dim, 1) }
}

/** A layout with a dimension of size 1 before another. */
export function unsqueezed({ shape, strides }: Layout, dim: number): Layout {
  const stride = dim < shape.length ? (shape[dim] ?? 1) * (strides[dim] ?? 1) : 1
  return { shape: shape.toSpliced(dim, 0, 1), strides: strides.toSpliced(dim, 0, stride) }
}

/**
 * The layout of an array with zeros added: contiguous, or with the second of four dimensions innermost, as the input has it
 * (`suggest_memory_format` of torch).
 */
export function padded({ shape, strides }: Layout, to: readonly number[]): Layout {
  const isLast = shape.length === 4 && isChannelsLast(shape, strides)
  return isLast
    ? permuted(contiguous(permuted({ shape: to, strides: to }, CHANNELS_LAST).shape), [0, 3, 1, 2])
    : contiguous(to)
}

const CHANNELS_LAST = [0, 2, 3, 1]

/** `is_channels_last_strides_2d_s4` of torch's `MemoryFormat.h`. */
function isChannelsLast(shape: readonly number[], strides: readonly number[]): boolean {
  let least = 0
  if (strides[1] === 0) return false
  for (const dim of [1, 3, 2, 0]) {
    const [size = 1, stride = 0] = [shape[dim], strides[dim]]
    if (stride < least) return false
    if (dim === 0 && least === strides[1]) return false
    least = size > 1 ? stride * size : stride
  }
  return true
}
