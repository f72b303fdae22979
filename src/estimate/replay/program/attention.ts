import type { AttentionCall, Count } from '../../../architecture/index.js'
import { attend } from '../attention/attend.js'
import { cached } from '../attention/key-value-cache.js'
import { EAGER_ATTENTION } from '../forward-pass-defaults.js'
import type { Tensor } from '../tape.js'
import { inParts } from './attention-in-parts.js'
import { type Evaluate, given, using } from './operands.js'
import { countOf, type Place } from './place.js'
import type { Scope } from './scope.js'

/** Attention of a program, with the kernel that the options choose. Frees what no variable holds. */
export function attention(place: Place, scope: Scope, call: AttentionCall, evaluate: Evaluate): Tensor {
  const { layers, options } = place
  const isEager = call.isEager || options.kernel === 'eager'
  const mask = (isEager || call.isMaskForAll) && call.mask !== undefined ? evaluate(call.mask) : undefined
  const bias = !isEager && call.bias !== undefined ? evaluate(call.bias) : undefined
  const { heads, kvHeads = heads, headDim, batch = ['batch'], queries = ['sequence'], keys = queries } = call
  const [, keyName, valueName] = call.of
  const [givenQuery, givenKey, givenValue] = call.of.map(evaluate)
  // The variables get what the cache gives back.
  const [allKeys, allValues] =
    options.cache && call.caches
      ? cached({ layers }, given(givenKey), given(givenValue))
      : [given(givenKey), given(givenValue)]
  if (typeof keyName === 'string') scope.set(keyName, layers.ops.tape.alias(allKeys))
  if (typeof valueName === 'string') scope.set(valueName, layers.ops.tape.alias(allValues))
  const padding = isEager && call.fillsPadding ? paddingMask(place, batch, keys) : undefined
  const runs = call.runs && countOf(options, call.runs)
  const attended = (query: Tensor, key: Tensor, value: Tensor, parts: number): Tensor =>
    attend(layers, isEager ? 'eager' : options.kernel, query, key, value, {
      batch: countOf(place.options, batch),
      sequence: countOf(place.options, queries) / parts,
      keys: countOf(place.options, keys),
      ...(runs !== undefined && parts === 1 && { runs }),
      heads,
      kvHeads,
      headDim,
      eager: { ...EAGER_ATTENTION, ...call.eager },
      ...(mask && (isEager ? { mask } : { bias: mask, isMaskGiven: true, isMaskOfKeys: call.isMaskOfKeys ?? false })),
      alignsMask: call.alignsMask ?? false,
      ...(bias && { bias }),
      ...(padding && { chosen: padding }),
      drops: (call.dropout ?? 0) > 0 && options.drops === 'all',
      dtype: options.computeDtype,
      cappedScores: false,
      masked: !isEager && mask === undefined && call.isMaskBoolean === true,
      keepWeights: (weights) =>
        call.returnsWeights === 'layer'
          ? place.ownWeights.push(weights)
          : call.returnsWeights === 'module'
            ? place.heldWeights.push(weights)
            : call.returnsWeights
              ? place.attentionWeights.push(weights)
              : layers.ops.tape.free(weights),
      valuesApart: !(options.cache && call.caches),
      exchanged: call.exchanged ?? false,
    })
  const output = using(place, [given(givenQuery), allKeys, allValues], (...factors) => {
    const [query, key, value] = factors.map(given)
    if (runs === undefined) return attended(given(query), given(key), given(value), 1)
    // What a fused kernel needs is the sum of its runs; what eager attention makes, each run frees.
    return inParts(place, scope, [given(query), given(key), given(value)], isEager ? runs : 1, attended)
  })
  layers.ops.tape.free(...[mask, bias, padding].filter((one) => one !== undefined))
  return output
}

/** A mask of the keys that are padding. */
const paddingMask = ({ layers, options }: Place, batch: Count, keys: Count): Tensor =>
  layers.ops.tape.tensor(countOf(options, [...batch, ...keys]), 'bool', 'eq')
