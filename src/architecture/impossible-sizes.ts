import type { ConfigReader } from './config-reader.js'
import type { Dimensions } from './dimensions.js'

/**
 * Finds sizes that do not fit together. The classes of transformers refuse them, round them, or fail in a forward pass.
 *
 * @param config - the config that the sizes are from
 * @returns one sentence for each
 */
export function impossibleSizes(config: ConfigReader, dimensions: Dimensions): string[] {
  const { layers, hiddenSize, heads, kvHeads, headDim, moe } = dimensions
  const notes: string[] = []
  if (layers === 0)
    notes.push('A model of 0 layers: some classes of transformers refuse it, or fail in a forward pass.')
  const isRounded = heads > 0 && headDim === Math.floor(hiddenSize / heads) && headDim * heads !== hiddenSize
  if (isRounded && !config.has('head_dim')) {
    notes.push(
      `A hidden size of ${hiddenSize} is no multiple of ${heads} heads: transformers refuses it, or rounds the size of a head down.`,
    )
  }
  if (kvHeads > 0 && heads % kvHeads !== 0) {
    notes.push(`${heads} heads are no multiple of ${kvHeads} heads of keys and values: such a model cannot run.`)
  }
  if (moe && moe.expertsPerToken > moe.experts) {
    notes.push(`A token cannot be sent to ${moe.expertsPerToken} of ${moe.experts} experts: such a model cannot run.`)
  }
  return notes
}
