import { DTYPE_BITS, type Dtype } from '../../src/checkpoint/dtype.js'

/** A tensor for a file made in a test; its weights are zeros. */
export interface TensorToWrite {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: readonly number[]
}

/** A safetensors file: its header, and `weightBytes` zeros behind it, by default as many as the tensors take. */
export function safetensorsFile(tensors: readonly TensorToWrite[], weightBytes?: number): Uint8Array {
  let end = 0
  const entries = tensors.map(({ name, dtype, shape }) => {
    const start = end
    end += (shape.reduce((product, size) => product * size, 1) * DTYPE_BITS[dtype]) / 8
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [start, end] })}`
  })
  const header = withLength(new TextEncoder().encode(`{${entries.join(',')}}`))
  const file = new Uint8Array(header.length + (weightBytes ?? end))
  file.set(header)
  return file
}

/** Eight bytes that say how long the header is, and the header. */
export function withLength(header: Uint8Array): Uint8Array {
  const file = new Uint8Array(8 + header.length)
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true)
  file.set(header, 8)
  return file
}
