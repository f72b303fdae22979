import { inflateSync } from 'node:zlib'
import type { FileSource } from '../../src/checkpoint/read/file-source.js'

/** A file of a recorded checkpoint: JSON, a safetensors header, or the first bytes; weights are zeros. */
export type PackedFile =
  | { readonly json: unknown }
  | { readonly header: unknown; readonly headerBytes: number; readonly bytes: number }
  | { readonly start: string; readonly bytes: number }

/** A checkpoint of recorded files, each as large as it was. */
export function packedSource(name: string, files: Readonly<Record<string, PackedFile>>): FileSource {
  const opened = new Map(Object.entries(files).map(([file, packed]) => [file, open(packed)]))
  return {
    name,
    list: async () => [...opened.keys()],
    size: async (file) => opened.get(file)?.size ?? 0,
    read: async (file, from, end) => {
      const { start, size } = opened.get(file) ?? { start: Buffer.alloc(0), size: 0 }
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - from))
      bytes.set(start.subarray(from, end))
      return bytes
    },
  }
}

function open(file: PackedFile): { start: Buffer; size: number } {
  if ('json' in file) {
    const start = Buffer.from(JSON.stringify(file.json))
    return { start, size: start.length }
  }
  if ('start' in file) return { start: inflateSync(Buffer.from(file.start, 'base64')), size: file.bytes }
  const text = Buffer.from(JSON.stringify(file.header))
  const length = Math.max(file.headerBytes, text.length)
  const start = Buffer.alloc(8 + length, 0x20)
  start.writeBigUInt64LE(BigInt(length))
  text.copy(start, 8)
  return { start, size: file.bytes - file.headerBytes + length }
}
