import type { DecoderRun } from '../decoder-run.js'
import { isDropped } from '../dropout.js'
import { choiceOf, intoZeros, parallelRoutes, projected, weightedSum } from '../experts/parallel-experts.js'
import { child, type Named, outFeatures } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { attend } from './attend.js'
import { cached } from './key-value-cache.js'
import { isEager } from './masks.js'
import { rotate } from './rotation.js'

/**
 * Attention whose queries and outputs are made by experts (`JetMoeAttention` and `JetMoeSdpaAttention` of `modeling_jetmoe.py`,
 * transformers 4.57.6): each expert of a token has queries of its own, for the same keys and values. The caller keeps the input.
 */
export function routedAttention(run: DecoderRun, block: Named, input: Tensor, layer: number): Tensor {
  const { layers, forward, options, sizes } = run
  const { ops } = layers
  const { tape } = ops
  const { batch, sequence, computeDtype } = options
  const experts = child(block, 'experts')
  if (!experts) throw new UndescribedBlock(`${block.name} has no experts`)
  if (run.prefixes) throw new UndescribedBlock(`no model for prefixes in ${block.module.type}`)
  const { chosen } = choiceOf(experts)
  const { order, origins, shares, logits } = parallelRoutes(run, experts, input)
  run.routers?.keep(logits, choiceOf(experts))
  const projectedQuery = queries(run, experts, input, { order, origins, chosen })
  const both = child(block, 'kv_proj')
  const made = layers.linear(`${block.name}.kv_proj`, input, outFeatures(both))
  const [key = made, value = made] = ops.split(made, [made.elements / 2, made.elements / 2])
  tape.free(made)
  const held: Tensor[] = []
  const query = turned(run, projectedQuery)
  const [rotatedQuery, rotatedKey] = rotate(run, query, turned(run, key), layer, held)
  tape.free(query, key)
  const [keys, values] = options.cache ? cached(run, rotatedKey, value) : [rotatedKey, value]
  const [wideKeys, wideValues] = [repeated(run, keys, chosen), repeated(run, values, chosen)]
  tape.free(keys, values)
  const weights: Tensor[] = []
  const attended = attend(
    layers,
    isEager(options, forward) ? 'eager' : options.kernel,
    rotatedQuery,
    wideKeys,
    wideValues,
    {
      batch,
      sequence,
      heads: sizes.heads,
      kvHeads: sizes.heads,
      headDim: sizes.headDim,
      eager: forward.attention.eager,
      dtype: computeDtype,
      cappedScores: false,
      masked: false,
      ...(run.mask && { mask: run.mask }),
      drops: isDropped(run, 'attention'),
      // Keys and values are copies in the order of their heads.
      valuesApart: false,
      exchanged: false,
      keepWeights: (one) => weights.push(one),
    },
  )
  const own = ops.index(attended, attended.elements, order)
  const output = weightedSum(run, experts, { rows: projected(run, experts, 'output_linear', own), shares, origins })
  tape.free(own, attended, rotatedQuery, wideKeys, wideValues, ...weights, ...held, order, origins, shares)
  run.attentionWeights.push(logits)
  return output
}

/** The queries of each token for each of its experts, in the order of the tokens (`JetMoeMoA.map`). */
function queries(
  run: DecoderRun,
  experts: Named,
  input: Tensor,
  { order, origins, chosen }: { readonly order: Tensor; readonly origins: Tensor; readonly chosen: number },
): Tensor {
  const { ops } = run.layers
  const own = ops.index(input, input.elements * chosen, origins)
  const rows = projected(run, experts, 'input_linear', own)
  const { sum, zeros } = intoZeros(run.layers, rows, order, rows.elements)
  ops.tape.free(own, rows, zeros)
  return sum
}

/** A view with heads before tokens, whose gradient is copied back. Frees its input. */
function turned({ layers: { ops } }: DecoderRun, input: Tensor): Tensor {
  const view = ops.exchanged(input)
  ops.tape.free(input)
  return view
}

/** All heads several times, one copy after another. The gradient is summed over the copies. */
function repeated({ layers: { ops } }: DecoderRun, input: Tensor, times: number): Tensor {
  return ops.tape.record(
    [input],
    {},
    () => ops.tape.tensor(input.elements * times, input.dtype, 'repeat'),
    (gradient) => [times === 1 ? ops.tape.ledger.retain(gradient) : ops.gradient(input.elements, input.dtype, 'sum')],
  )
}
