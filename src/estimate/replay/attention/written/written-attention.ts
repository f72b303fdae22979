import type { WrittenAttention } from '../../../../architecture/index.js'
import { GroupedArrays } from '../../arrays/grouped-arrays.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { DecoderRun, RotaryTables } from '../../decoder-run.js'
import { isDropped } from '../../dropout.js'
import type { ComputeDtype } from '../../dtype.js'
import type { Named } from '../../submodules.js'
import type { Tensor } from '../../tape.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import { keptArray } from '../key-value-cache.js'
import { isEager } from '../masks.js'
import { rotaryTables } from '../rotary-tables.js'
import { rotateBoth } from '../rotate-arrays.js'
import { addedProduct } from './added-product.js'
import type { AttentionRun } from './attention-run.js'
import { cachedTables } from './cached-tables.js'
import { copiedTable } from './copied-table.js'
import { flatAttention } from './flat-attention.js'
import { fusedAttention } from './fused-attention.js'
import { groupedProjection } from './grouped-projection.js'
import { maskedByProduct } from './masked-by-product.js'
import { namedScores } from './named-scores.js'
import { neighbourPairs } from './neighbour-pairs.js'
import { packedThree } from './packed-three.js'
import { partitionedAttention } from './partitioned-attention.js'
import { tokensFirst } from './tokens-first.js'

type Kinds = {
  readonly [Kind in WrittenAttention['kind']]: (
    run: AttentionRun,
    attention: Extract<WrittenAttention, { kind: Kind }>,
    input: Shaped,
  ) => Shaped
}

const KINDS: Kinds = {
  partitioned: partitionedAttention,
  copiedTable,
  flat: flatAttention,
  maskedByProduct,
  namedScores,
  addedProduct,
  groupedProjection,
  cachedTables,
  tokensFirst,
  neighbourPairs,
  packedThree,
}

/** Attention with code of its own. The caller keeps the input. */
export function writtenAttention(run: DecoderRun, attention: WrittenAttention, block: Named, input: Tensor): Tensor {
  const { layers, options, sizes, mask } = run
  if (layers.kernels.set !== 'torch')
    throw new UndescribedBlock(`${layers.kernels.set} has no kernels for ${block.module.type}: use those of torch`)
  if (run.prefixes) throw new UndescribedBlock(`no model for prefixes in ${block.module.type}`)
  const arrays = new GroupedArrays(layers)
  const names = new Names(layers.ops.tape)
  const { batch, sequence } = options
  const { heads, kvHeads, headDim, hiddenSize } = sizes
  const attentionRun: AttentionRun = {
    arrays,
    names,
    name: block.name,
    batch,
    tokens: sequence,
    heads,
    headDim,
    kvHeads,
    get mask() {
      if (!mask) throw new UndescribedBlock(`${block.module.type} has no mask`)
      return arrays.borrowed(mask, [1, 1, sequence, sequence])
    },
    isEager: isEager(options, run.forward),
    kernel: options.kernel,
    tableOf(shape) {
      if (!run.tables) throw new UndescribedBlock(`${block.module.type} has no table of positions`)
      return arrays.borrowed(run.tables.cos, shape)
    },
    attended: (query, key, value, how) => fusedAttention(run, arrays, query, key, value, how),
    keptAsTheyAre: (...all) => {
      const { tape } = layers.ops
      if (options.cache) for (const array of all) tape.ledger.rebook(tape.alias(array).storage, 'kvCache')
    },
    rotate: (inner, both) =>
      rotateBoth(
        { ...run, tables: run.tables ?? ownTables(run, arrays, names, inner.get(both[0]).dtype) },
        arrays,
        inner,
        both,
        {
          isInterleaved: false,
          heads: 1,
        },
      ),
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

/** Tables that each attention computes, and holds to the end. */
function ownTables(run: DecoderRun, a: GroupedArrays, names: Names, dtype: ComputeDtype): RotaryTables | undefined {
  const { rotation } = run.forward
  if (rotation?.tables !== 'inLayers') return undefined
  const { cos, sin } = rotaryTables(run, rotation, dtype)
  names.let('cos', a.of(cos, [cos.elements]))
  names.let('sin', a.of(sin, [sin.elements]))
  return { cos, sin }
}
