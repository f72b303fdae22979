import { latentAttention } from './attention/latent-attention.js'
import { selfAttention } from './attention/self-attention.js'
import type { DecoderRun } from './decoder.js'
import { mlp } from './mlp.js'
import { norm } from './norms.js'
import type { Operations } from './operations/operations.js'
import { child, type Named, submodule } from './submodules.js'
import type { Tensor } from './tape.js'
import type { ForwardTraits } from './traits.js'
import { UndescribedBlock } from './undescribed-block.js'

/** One decoder layer, however its norms stand and its blocks are wired. The input stays the caller's. */
export function decoderLayer(run: DecoderRun, layer: Named, input: Tensor, index: number): Tensor {
  return run.traits.parallel ? sideBySide(run, layer, input, index) : oneAfterAnother(run, layer, input, index)
}

function oneAfterAnother(run: DecoderRun, layer: Named, input: Tensor, index: number): Tensor {
  const { tape } = run.layers.ops
  const { first, afterAttention, second, afterMlp } = normsOf(layer)
  const { holdsNormal, holdsAttended } = run.traits
  const kept: Tensor[] = []
  const attended = block(run, input, first, afterAttention, (normal) => {
    if (holdsNormal) kept.push(tape.alias(normal))
    return attend(run, layer, normal, index)
  })
  if (holdsAttended) kept.push(tape.alias(attended))
  const middle = joined(run, input, attended)
  const fed = block(run, middle, second, afterMlp, (normal) => feed(run, layer, normal))
  const output = joined(run, middle, fed)
  tape.free(middle, ...kept, ...(run.traits.returnsWeights ? [] : run.attentionWeights.splice(0)))
  return output
}

/** `x + attention(norm(x)) + mlp(norm(x))`, on one norm or on a norm each. */
function sideBySide(run: DecoderRun, layer: Named, input: Tensor, index: number): Tensor {
  const { ops } = run.layers
  const { tape } = ops
  const { first } = normsOf(layer)
  const second = submodule(layer, 'secondNorm')
  const { normsFirst, holdsNormal } = run.traits
  const normal = first ? norm(run, first, input) : tape.alias(input)
  const early = normsFirst && second ? norm(run, second, input) : undefined
  const attended = attend(run, layer, normal, index)
  const other = early ?? (second ? norm(run, second, input) : tape.alias(normal))
  const kept = holdsNormal ? [normal, other] : []
  if (!holdsNormal) tape.free(normal)
  const fed = feed(run, layer, other)
  if (!holdsNormal) tape.free(other)
  const output = SUMS[run.traits.parallelSum](ops, input, attended, fed)
  tape.free(attended, fed, ...kept, ...(run.traits.returnsWeights ? [] : run.attentionWeights.splice(0)))
  return output
}

/** How the residual stream and what both blocks made are added up. */
const SUMS: Readonly<
  Record<ForwardTraits['parallelSum'], (ops: Operations, residual: Tensor, attended: Tensor, fed: Tensor) => Tensor>
> = {
  'blocks first': (ops, residual, attended, fed) =>
    freeing(ops, ops.add(attended, fed), (both) => ops.add(both, residual)),
  'residual first': (ops, residual, attended, fed) =>
    freeing(ops, ops.add(residual, attended), (both) => ops.add(both, fed)),
  'in place': (ops, residual, attended, fed) =>
    freeing(ops, ops.addInPlace(fed, attended), (both) => ops.add(residual, both)),
}

function freeing(ops: Operations, both: Tensor, add: (both: Tensor) => Tensor): Tensor {
  const sum = add(both)
  ops.tape.free(both)
  return sum
}

/** A block between its norms, of which either may be absent. */
function block(
  run: DecoderRun,
  input: Tensor,
  before: Named | undefined,
  after: Named | undefined,
  compute: (normal: Tensor) => Tensor,
): Tensor {
  const { tape } = run.layers.ops
  const normal = before ? norm(run, before, input) : tape.alias(input)
  const made = compute(normal)
  tape.free(normal)
  if (!after) return made
  const output = norm(run, after, made)
  tape.free(made)
  return output
}

/** The sum with the residual stream, behind Granite's multiplier; what a block made is freed. */
function joined({ layers, traits }: DecoderRun, residual: Tensor, made: Tensor): Tensor {
  const { ops } = layers
  const scaled = traits.scaledResidual ? ops.scale(made) : ops.tape.alias(made)
  ops.tape.free(made)
  const sum = ops.add(residual, scaled)
  ops.tape.free(scaled)
  return sum
}

function attend(run: DecoderRun, layer: Named, input: Tensor, index: number): Tensor {
  const attention = submodule(layer, 'attention')
  if (!attention) throw new UndescribedBlock(`${layer.name}, a ${layer.module.type}, has no attention that is known`)
  if (child(attention, 'kv_a_proj_with_mqa')) return latentAttention(run, attention, input)
  return selfAttention(run, attention, input, index)
}

/** The feed-forward network; OPT keeps its two projections in the layer itself. */
function feed(run: DecoderRun, layer: Named, input: Tensor): Tensor {
  return mlp(run, submodule(layer, 'mlp') ?? layer, input)
}

/** Which norm stands where: before the blocks, behind them (OLMo 2), or both (Gemma 2, GLM 4). */
function normsOf(layer: Named) {
  const first = submodule(layer, 'firstNorm')
  const afterMlp = submodule(layer, 'afterMlp')
  if (!afterMlp) return { first, afterAttention: undefined, second: submodule(layer, 'secondNorm'), afterMlp }
  const afterAttention = submodule(layer, 'afterAttention')
  const before = first && (child(layer, 'pre_feedforward_layernorm') ?? child(layer, 'post_attention_layernorm'))
  return { first, afterAttention, second: before, afterMlp }
}
