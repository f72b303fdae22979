import { readFileSync } from 'node:fs'

/** What gguf-py says of the types of ggml and of the names of tensors: `test/oracle/checkpoint/ggml.py`. */
export const GGML: {
  /** For each type its number, the weights of a block, and the bytes of a block. */
  readonly types: Readonly<Record<string, readonly [type: number, weights: number, bytes: number]>>
  /** The name of each kind of tensor, in layer 3. */
  readonly tensors: Readonly<Record<string, string>>
} = JSON.parse(readFileSync(new URL('../fixtures/checkpoint/ggml.json', import.meta.url), 'utf8'))
