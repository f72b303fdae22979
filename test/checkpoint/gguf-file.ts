/** A tensor of a GGUF file: dimensions from the innermost, the type by its number in `enum ggml_type`. */
export interface GgufTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly type: number
}

/** A value of a GGUF file's metadata: text, a 32-bit count, a truth value, or a list of texts or counts. */
export type GgufValue = string | number | boolean | readonly string[] | readonly number[]

/** A GGUF file of version 3 up to its weights, as ggml's `docs/gguf.md` lays it out, with a few bytes for weights. */
export function ggufFile(metadata: Readonly<Record<string, GgufValue>>, tensors: readonly GgufTensor[]): Uint8Array {
  const header = Buffer.concat([
    ...[Buffer.from('GGUF'), uint32(3), uint64(tensors.length), uint64(Object.keys(metadata).length)],
    ...Object.entries(metadata).flatMap(([key, value]) => [text(key), ...typed(value)]),
    ...tensors.flatMap(({ name, shape, type }) => [
      ...[text(name), uint32(shape.length), ...shape.map(uint64), uint32(type), uint64(0)],
    ]),
  ])
  return Buffer.concat([header, Buffer.alloc(ALIGNMENT - (header.length % ALIGNMENT)), Buffer.alloc(ALIGNMENT)])
}

const ALIGNMENT = 32
const UINT32 = 4
const BOOL = 7
const STRING = 8
const ARRAY = 9

function typed(value: GgufValue): Buffer[] {
  if (typeof value === 'string') return [uint32(STRING), text(value)]
  if (typeof value === 'number') return [uint32(UINT32), uint32(value)]
  if (typeof value === 'boolean') return [uint32(BOOL), Buffer.from([value ? 1 : 0])]
  const items = value.map((item) => (typeof item === 'string' ? text(item) : uint32(item)))
  return [uint32(ARRAY), uint32(typeof value[0] === 'string' ? STRING : UINT32), uint64(value.length), ...items]
}

function text(value: string): Buffer {
  return Buffer.concat([uint64(Buffer.byteLength(value)), Buffer.from(value)])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
