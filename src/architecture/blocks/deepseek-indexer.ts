import type { ConfigReader } from '../config-reader.js'
import { container, type Module } from '../module.js'
import { linear } from './linear.js'
import { layerNorm } from './norm.js'

/** DeepSeek's sparse attention (arXiv:2512.02556): a few narrow heads score all tokens; attention looks at those that score highest. */
export function deepseekIndexer(
  type: string,
  config: ConfigReader,
  sizes: { readonly hiddenSize: number; readonly queryRank: number; readonly heads: number },
): Module {
  const { hiddenSize, queryRank } = sizes
  const heads = config.integer('index_n_heads', sizes.heads)
  const headDim = config.integer('index_head_dim', 128)
  return container(type, {
    wq_b: linear(queryRank, heads * headDim),
    wk: linear(hiddenSize, headDim),
    k_norm: layerNorm(headDim),
    weights_proj: linear(hiddenSize, heads),
  })
}

/** What an indexer has: it chooses without gradients, so that training leaves it as it is. */
export const INDEXER_PARAMETERS: readonly string[] = [
  '.indexer.wq_b.weight',
  '.indexer.wk.weight',
  '.indexer.k_norm.weight',
  '.indexer.k_norm.bias',
  '.indexer.weights_proj.weight',
]
