import type { Architecture } from '../../architecture/index.js'
import type { ServingOptions } from './options.js'

/** How many GPUs divide what. */
export interface Parallel {
  readonly tensor: number
  readonly pipeline: number
  readonly data: number
  readonly expert: number
}

/**
 * The parallelism of the options, if the model can be divided so.
 *
 * @throws RangeError for heads that the GPUs do not divide, more stages than layers, and experts without a mixture
 */
export function checkParallel({ dimensions, family }: Architecture, options: ServingOptions): Parallel {
  const { tensorParallel = 1, pipelineParallel = 1, dataParallel = 1, expertParallel = 1, engine } = options
  const { heads, kvHeads, layers, moe } = dimensions
  if (heads % tensorParallel !== 0)
    throw new RangeError(
      `\`tensorParallel\` should divide the ${heads} attention heads of ${family}, not ${tensorParallel}; ${divisors(heads)} would`,
    )
  if (kvHeads > 0 && kvHeads % tensorParallel !== 0 && tensorParallel % kvHeads !== 0)
    throw new RangeError(
      `\`tensorParallel\` should divide the ${kvHeads} key-value heads of ${family} or be a multiple of them, not ${tensorParallel}`,
    )
  if (pipelineParallel > layers)
    throw new RangeError(
      `\`pipelineParallel\` should be at most ${layers}, the layers of ${family}, not ${pipelineParallel}`,
    )
  if (expertParallel > 1 && !moe)
    throw new RangeError(`\`expertParallel\` is for mixtures of experts, and ${family} has none here; leave it out`)
  const ranks = tensorParallel * dataParallel
  if (ranks % expertParallel !== 0)
    throw new RangeError(
      `\`expertParallel\` should divide \`tensorParallel\` × \`dataParallel\` = ${ranks}, not ${expertParallel}`,
    )
  if (engine === 'llama.cpp' && tensorParallel > 1)
    throw new RangeError(
      'llama.cpp divides layers, not matrices, by default: give `pipelineParallel` instead of `tensorParallel`',
    )
  if (engine === 'transformers' && tensorParallel > 1)
    throw new RangeError(
      '`device_map="auto"` divides layers, not matrices: give `pipelineParallel` instead of `tensorParallel`',
    )
  return { tensor: tensorParallel, pipeline: pipelineParallel, data: dataParallel, expert: expertParallel }
}

function divisors(count: number): string {
  return [1, 2, 4, 8, 16, 32].filter((ranks) => count % ranks === 0).join(', ')
}
