import type { DecoderRun } from '../decoder-run.js'
import { isDropped } from '../dropout.js'
import { norm } from '../norms/norms.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { attend } from './attend.js'
import { cached } from './key-value-cache.js'
import { latentSizesOf } from './latent-sizes.js'
import { rotatedHeads } from './rotation.js'

/**
 * Multi-head latent attention (DeepSeek-AI 2024, arXiv:2405.04434): keys and values are computed from one narrow vector, except
 * the rotated features of the keys, which all heads share. The cache keeps keys and values of each head. The caller keeps the
 * input.
 */
export function latentAttention(run: DecoderRun, block: Named, input: Tensor): Tensor {
  const { layers, options, forward } = run
  const { heads, headDim } = run.sizes
  const { ops } = layers
  const { tape } = ops
  const { batch, sequence, kernel, computeDtype } = options
  const sizes = latentSizesOf(block.module, heads)
  if (!sizes) throw new UndescribedBlock(`the latent attention of ${block.name} has no sizes`)
  const tokens = batch * sequence
  const queries = queriesOf(run, block, input)
  const [queryPlain, queryRotating] = ops
    .split(queries, [tokens * heads * sizes.plain, tokens * heads * sizes.rope])
    .map((part) => scaledIn(run, part))
  const compressed = linear(run, block, 'kv_a_proj_with_mqa', input)
  const [latent, keyRotating] = ops.split(compressed, [tokens * sizes.kvRank, tokens * sizes.rope])
  if (!queryPlain || !queryRotating || !latent || !keyRotating) throw new Error('there are two parts of each')
  const expanded = widened(run, block, latent)
  const [keyPlain, ownValue] = ops.split(expanded, [tokens * heads * sizes.plain, tokens * heads * sizes.value])
  if (!keyPlain || !ownValue) throw new Error('there are keys and values')
  const [queryRotated, keyRotated] = rotatedHeads(run, queryRotating, keyRotating)
  tape.free(queryRotating, keyRotating)
  const forAll = spread(run, keyRotated)
  const query = joined(run, queryPlain, queryRotated)
  const ownKey = joined(run, keyPlain, forAll)
  tape.free(keyRotated)
  const [key, value] = options.cache ? cached(run, ownKey, ownValue) : [ownKey, ownValue]
  const out = attend(layers, kernel, query, key, value, {
    batch,
    sequence,
    heads,
    kvHeads: heads,
    headDim,
    dtype: computeDtype,
    eager: forward.attention.eager,
    cappedScores: false,
    drops: isDropped(run, 'attention'),
    masked: false,
    ...(run.mask && { mask: run.mask }),
    valuesApart: !options.cache,
    exchanged: true,
    keepWeights: (weights) => run.attentionWeights.push(weights),
  })
  const output = linear(run, block, 'o_proj', out)
  tape.free(out, queries, compressed, latent, expanded)
  tape.free(queryPlain, queryRotated, keyPlain, forAll, query, key, value)
  return output
}

function queriesOf(run: DecoderRun, block: Named, input: Tensor): Tensor {
  const { ops } = run.layers
  const { tape } = ops
  const narrow = child(block, 'q_a_proj') && normalised(run, block, 'q_a', input)
  const flat = linear(run, block, narrow ? 'q_b_proj' : 'q_proj', narrow ?? input)
  if (narrow) tape.free(narrow)
  const queries = ops.exchanged(flat)
  tape.free(flat)
  return queries
}

function normalised(run: DecoderRun, block: Named, prefix: string, input: Tensor): Tensor {
  const { tape } = run.layers.ops
  const low = linear(run, block, `${prefix}_proj`, input)
  const normal = norm(run, named(block, `${prefix}_layernorm`), low)
  tape.free(low)
  return normal
}

/** Keys without positions and values of all heads, computed from the latent vector. */
function widened(run: DecoderRun, block: Named, latent: Tensor): Tensor {
  const { ops } = run.layers
  const normal = scaledIn(run, norm(run, named(block, 'kv_a_layernorm'), latent))
  const flat = linear(run, block, 'kv_b_proj', normal)
  ops.tape.free(normal)
  const expanded = ops.exchanged(flat)
  ops.tape.free(flat)
  return expanded
}

/** A tensor that LongCat-Flash multiplies by a number. Frees its input. */
function scaledIn({ layers: { ops }, forward }: DecoderRun, input: Tensor): Tensor {
  if (!forward.attention.scaledLatent) return input
  const scaled = ops.scale(input)
  ops.tape.free(input)
  return scaled
}

/** The rotated features, expanded to each head as a view. The gradient is summed over the heads. */
function spread({ layers: { ops }, sizes: { heads } }: DecoderRun, input: Tensor): Tensor {
  return ops.tape.record(
    [input],
    {},
    () => ({ ...ops.tape.alias(input), elements: input.elements * heads }),
    () => [ops.gradient(input.elements, input.dtype, 'sum')],
  )
}

/** Both parts of each head in one tensor, in the wider dtype. */
function joined({ layers: { ops } }: DecoderRun, plain: Tensor, rotated: Tensor): Tensor {
  const wide = ops.to(plain, rotated.dtype)
  const output = ops.cat([wide, rotated])
  ops.tape.free(wide)
  return output
}

function linear({ layers }: DecoderRun, block: Named, name: string, input: Tensor): Tensor {
  const { name: full, module } = named(block, name)
  return layers.linear(full, input, module.linear?.outFeatures ?? 0)
}

function named(block: Named, name: string): Named {
  const found = child(block, name)
  if (!found) throw new UndescribedBlock(`${block.name} has no ${name}`)
  return found
}
