import type { DecoderRun } from './decoder.js'
import { mlp } from './mlp.js'
import { norm } from './norms.js'
import { child, type Named, part } from './roles.js'
import { selfAttention } from './self-attention.js'
import type { Tensor } from './tape.js'
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
  tape.free(middle, ...kept, ...run.attentionWeights.splice(0))
  return output
}

/** `x + attention(norm(x)) + mlp(norm(x))`, on one norm or on a norm each. */
function sideBySide(run: DecoderRun, layer: Named, input: Tensor, index: number): Tensor {
  const { ops } = run.layers
  const { tape } = ops
  const { first } = normsOf(layer)
  const second = part(layer, 'secondNorm')
  const normal = first ? norm(run, first, input) : tape.alias(input)
  const attended = attend(run, layer, normal, index)
  const other = second ? norm(run, second, input) : tape.alias(normal)
  tape.free(normal)
  const fed = feed(run, layer, other)
  tape.free(other)
  const [left, middle, right] = run.traits.residualFirst ? [input, attended, fed] : [attended, fed, input]
  const both = ops.add(left, middle)
  const output = ops.add(both, right)
  tape.free(both, attended, fed, ...run.attentionWeights.splice(0))
  return output
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
  const attention = part(layer, 'attention')
  if (!attention) throw new UndescribedBlock(`${layer.name}, a ${layer.module.type}, has no attention that is known`)
  return selfAttention(run, attention, input, index)
}

/** The feed-forward network; OPT keeps its two projections in the layer itself. */
function feed(run: DecoderRun, layer: Named, input: Tensor): Tensor {
  return mlp(run, part(layer, 'mlp') ?? layer, input)
}

/** Which norm stands where: before the blocks, behind them (OLMo 2), or both (Gemma 2, GLM 4). */
function normsOf(layer: Named) {
  const first = part(layer, 'firstNorm')
  const afterMlp = part(layer, 'afterMlp')
  if (!afterMlp) return { first, afterAttention: undefined, second: part(layer, 'secondNorm'), afterMlp }
  const afterAttention = part(layer, 'afterAttention')
  const before = first && (child(layer, 'pre_feedforward_layernorm') ?? child(layer, 'post_attention_layernorm'))
  return { first, afterAttention, second: before, afterMlp }
}
