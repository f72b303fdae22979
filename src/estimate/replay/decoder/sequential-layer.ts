import type { SequentialResidual } from '../../../architecture/index.js'
import type { DecoderRun } from '../decoder-run.js'
import { droppedIn, isDropped } from '../dropout.js'
import { writtenInLayer } from '../feed-forward/mlp.js'
import { plainMlp } from '../feed-forward/plain-mlp.js'
import { norm } from '../norms/norms.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { attend, attendBeside, mixerOf } from './layer-attention.js'
import { feed, normsOf, ownWeights } from './layer-parts.js'

/** `y = x + attention(norm(x))`, then `y + mlp(norm(y))`, with norms before or after the blocks, or both. */
export function sequentialLayer(
  run: DecoderRun,
  layer: Named,
  given: Tensor,
  index: number,
  { scaled, keepsNormalised, keepsSecond, keepsAttended, besideMixer }: Required<SequentialResidual>,
): Tensor {
  const { tape } = run.layers.ops
  // A layer that is recomputed ends at the last tensor that is needed, where all its variables are freed.
  run.named.splice(0)
  const { first, afterAttention, second, afterMlp } = normsOf(layer)
  // The first layer of RWKV has another norm in front.
  const front = child(layer, 'pre_ln')
  const input = front ? norm(run, front, given) : tape.alias(given)
  const kept: Tensor[] = []
  const held = typeof keepsNormalised === 'string' ? [] : kept
  const mixer = mixerOf(run, layer)
  const attended = block(run, input, first, afterAttention, mixer?.block.name, (normal) => {
    if (keepsNormalised) held.push(tape.alias(normal))
    if (besideMixer) return attendBeside(run, layer, normal, index, kept)
    return attend(run, layer, normal, index)
  })
  if (keepsAttended && run.forward.dropout.place === 'behindBlocks') kept.push(tape.alias(attended))
  const behind = droppedIn(run, 'behindBlocks', 'attended', attended)
  const next: Tensor[] = []
  if (keepsAttended) (keepsAttended === 'untilNext' ? next : kept).push(tape.alias(behind))
  const middle = joined(run, layer, input, behind, scaled, 'attended')
  if (keepsNormalised === 'untilSum') tape.free(...held.splice(0))
  tape.free(input)
  const fed = writtenInLayer(layer)
    ? inLayer(run, layer, middle, second)
    : block(run, middle, second, afterMlp, undefined, (normal) => {
        if (held !== kept) tape.free(...held.splice(0))
        tape.free(...next.splice(0))
        if (keepsSecond) kept.push(tape.alias(normal))
        return feed(run, layer, normal)
      })
  const output = joined(run, layer, middle, droppedIn(run, 'behindBlocks', 'fed', fed), scaled, 'fed')
  tape.free(middle, ...kept, ...ownWeights(run))
  return output
}

/** A block with an optional norm before and after it. */
function block(
  run: DecoderRun,
  input: Tensor,
  before: Named | undefined,
  after: Named | undefined,
  /** The block in the place of attention, whose module may keep a state that is computed from the norm. */
  mixer: string | undefined,
  compute: (normal: Tensor) => Tensor,
): Tensor {
  const { tape } = run.layers.ops
  const normalised = (): Tensor => run.layers.gathered(before ? norm(run, before, input) : tape.alias(input))
  const normal = mixer && run.left ? run.left.compute(mixer, normalised) : normalised()
  const made = compute(normal)
  tape.free(normal)
  if (!after) return made
  const output = norm(run, after, made)
  tape.free(made)
  return output
}

/** Adds a block's output to the residual stream, after Granite's multiplier. Frees the output. */
function joined(
  run: DecoderRun,
  layer: Named,
  residual: Tensor,
  made: Tensor,
  isScaled: boolean | 'both',
  what: 'attended' | 'fed',
): Tensor {
  const { ops } = run.layers
  if (isScaled === 'both') return joinedByDepth(run, residual, made)
  const gain = run.layers.weights.find(`${layer.name}.${GAINS[what]}`)
  if (gain) return joinedByGain(run, gain, residual, made)
  const scaled = isScaled ? ops.scale(made) : ops.tape.alias(made)
  ops.tape.free(made)
  const isInSum = run.forward.dropout.place === 'inSum' && isDropped(run, what)
  const left = isInSum ? ops.dropout(scaled) : ops.tape.alias(scaled)
  const sum = ops.add(residual, left)
  ops.tape.free(left, scaled, ...run.named.splice(0))
  return sum
}

/** The parameters that multiply the residual stream, where a layer has them (Doge). */
const GAINS = { attended: 'input_residual', fed: 'post_attention_residual' } as const

/** `gain * residual + made`. Frees the output. */
function joinedByGain({ layers: { ops } }: DecoderRun, gain: Tensor, residual: Tensor, made: Tensor): Tensor {
  const product = ops.mul(gain, residual)
  const sum = ops.add(product, made)
  ops.tape.free(product, made)
  return sum
}

/** `made * a + residual * b`, in a function of its own. Frees the output. */
function joinedByDepth({ layers: { ops } }: DecoderRun, residual: Tensor, made: Tensor): Tensor {
  const terms = [ops.scale(made), ops.scale(residual)] as const
  const sum = ops.add(...terms)
  ops.tape.free(...terms, made)
  return sum
}

/** A feed-forward network in the code of the layer, which rebinds the variable of its input (OPT). */
function inLayer(run: DecoderRun, layer: Named, input: Tensor, before: Named | undefined): Tensor {
  const normal = before ? norm(run, before, input) : run.layers.ops.tape.alias(input)
  return plainMlp(run, layer, normal, { rebinds: true })
}
