import type { WrittenAttention } from '../../../../architecture/index.js'
import { GroupedArrays } from '../../arrays/grouped-arrays.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { DecoderRun } from '../../decoder-run.js'
import { isDropped } from '../../dropout.js'
import type { Named } from '../../submodules.js'
import type { Tensor } from '../../tape.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import { keptArray } from '../key-value-cache.js'
import { rotateBoth } from '../rotate-arrays.js'
import { addedProduct } from './added-product.js'
import type { AttentionRun } from './attention-run.js'
import { flatAttention } from './flat-attention.js'
import { maskedByProduct } from './masked-by-product.js'
import { namedScores } from './named-scores.js'
import { partitionedAttention } from './partitioned-attention.js'

type Kinds = {
  readonly [Kind in WrittenAttention['kind']]: (
    run: AttentionRun,
    attention: Extract<WrittenAttention, { kind: Kind }>,
    input: Shaped,
  ) => Shaped
}

const KINDS: Kinds = {
  partitioned: partitionedAttention,
  flat: flatAttention,
  maskedByProduct,
  namedScores,
  addedProduct,
}

/** Attention with code of its own. The caller keeps the input. */
export function writtenAttention(run: DecoderRun, attention: WrittenAttention, block: Named, input: Tensor): Tensor {
  const { layers, options, sizes, mask } = run
  if (run.prefixes) throw new UndescribedBlock(`no model for prefixes in ${block.module.type}`)
  if (!mask) throw new UndescribedBlock(`${block.module.type} has no mask`)
  const arrays = new GroupedArrays(layers)
  const { batch, sequence } = options
  const { heads, headDim, hiddenSize } = sizes
  const attentionRun: AttentionRun = {
    arrays,
    names: new Names(layers.ops.tape),
    name: block.name,
    batch,
    tokens: sequence,
    heads,
    headDim,
    mask: arrays.borrowed(mask, [1, 1, sequence, sequence]),
    rotate: (names, both) => rotateBoth(run, arrays, names, both, { isInterleaved: false, heads: 1 }),
    caches: options.cache,
    cached(array) {
      if (!options.cache) return array
      const kept = keptArray(run, arrays, array)
      arrays.done(array)
      return kept
    },
    dropped: (what, array) =>
      isDropped(run, what) ? arrays.plain(array, array.layout.shape, (whole) => layers.ops.dropout(whole)) : array,
    keep: (weights) => run.attentionWeights.push(layers.ops.tape.alias(weights)),
  }
  const compute: (run: AttentionRun, attention: never, input: Shaped) => Shaped = KINDS[attention.kind]
  return compute(attentionRun, attention as never, arrays.borrowed(input, [batch, sequence, hiddenSize]))
}
