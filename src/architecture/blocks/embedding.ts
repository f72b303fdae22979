import type { Module } from '../module.js'

/** torch's `nn.Embedding`: one row of `size` numbers for each of `count` tokens or positions. */
export function embedding(count: number, size: number): Module {
  return { type: 'Embedding', parameters: { weight: [count, size] }, part: 'embedding' }
}
