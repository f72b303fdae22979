import type { ParallelResidual, SequentialResidual, SingleResidual } from '../../../architecture/index.js'
import type { DecoderRun } from '../decoder-run.js'
import { droppedIn, isDropped } from '../dropout.js'
import { mlp, writtenInLayer } from '../feed-forward/mlp.js'
import { plainMlp } from '../feed-forward/plain-mlp.js'
import { norm } from '../norms/norms.js'
import type { Operations } from '../operations/operations.js'
import { child, type Named, submodule } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { attend, attendBeside } from './layer-attention.js'
import { layerInputLayer } from './layer-input-layer.js'
import { nestedLayer } from './nested-layer.js'
import { sharedLayer } from './shared-layer.js'
import { shortcutLayer } from './shortcut-layer.js'
import { streamLayer } from './stream-layer.js'
import { sumLayer } from './sum-layer.js'

/** One decoder layer, with any placement of norms and any wiring of blocks. The caller keeps the input. */
export function decoderLayer(run: DecoderRun, layer: Named, input: Tensor, index: number): Tensor {
  const { residual } = run.forward
  if (residual.order === 'nested') return nestedLayer(run, layer, input, index)
  if (residual.order === 'single') return alone(run, layer, input, index, residual)
  if (residual.order === 'shared') return sharedLayer(run, layer, input, index, residual)
  if (residual.order === 'layerInputs') return layerInputLayer(run, layer, input, index)
  if (residual.order === 'normalisedSums') return sumLayer(run, layer, input, index)
  if (residual.order === 'shortcut') return shortcutLayer(run, layer, input, index)
  if (residual.order === 'streams') return streamLayer(run, layer, input, index)
  if (residual.order === 'normalised') return fromNormalised(run, layer, input, index)
  return residual.order === 'parallel'
    ? sideBySide(run, layer, input, index, residual)
    : oneAfterAnother(run, layer, input, index, residual)
}

function oneAfterAnother(
  run: DecoderRun,
  layer: Named,
  input: Tensor,
  index: number,
  { scaled, keepsNormalised, keepsAttended, besideMixer }: Required<SequentialResidual>,
): Tensor {
  const { tape } = run.layers.ops
  const { first, afterAttention, second, afterMlp } = normsOf(layer)
  const kept: Tensor[] = []
  const held = keepsNormalised === 'untilNext' ? [] : kept
  const attended = block(run, input, first, afterAttention, (normal) => {
    if (keepsNormalised) held.push(tape.alias(normal))
    if (besideMixer) return attendBeside(run, layer, normal, index, kept)
    return attend(run, layer, normal, index)
  })
  if (keepsAttended && run.forward.dropout.place === 'behindBlocks') kept.push(tape.alias(attended))
  const behind = droppedIn(run, 'behindBlocks', 'attended', attended)
  if (keepsAttended) kept.push(tape.alias(behind))
  const middle = joined(run, input, behind, scaled, 'attended')
  const fed = writtenInLayer(layer)
    ? inLayer(run, layer, middle, second)
    : block(run, middle, second, afterMlp, (normal) => {
        if (held !== kept) tape.free(...held.splice(0))
        return feed(run, layer, normal)
      })
  const output = joined(run, middle, droppedIn(run, 'behindBlocks', 'fed', fed), scaled, 'fed')
  tape.free(middle, ...kept, ...ownWeights(run))
  return output
}

/** `y = norm(x)`, then `y * a + block(y) * b`, for both blocks. */
function fromNormalised(run: DecoderRun, layer: Named, input: Tensor, index: number): Tensor {
  const { ops } = run.layers
  const { tape } = ops
  const { first, second } = normsOf(layer)
  if (!first || !second) throw new UndescribedBlock(`${layer.name} lacks a norm`)
  const joinedWith = (normal: Tensor, made: Tensor): Tensor => {
    const terms = [ops.scale(normal), ops.scale(made)] as const
    const sum = ops.add(...terms)
    tape.free(...terms, normal, made)
    return sum
  }
  const normal = norm(run, first, input)
  const middle = joinedWith(normal, attend(run, layer, normal, index))
  const again = norm(run, second, middle)
  tape.free(middle)
  // The code binds what attention returns beside its output to the same name as what experts do.
  const beside = run.attentionWeights.splice(0)
  const tokens = ops.view(again)
  const fed = feed(run, layer, tokens)
  tape.free(tokens, ...beside)
  const output = joinedWith(again, fed)
  tape.free(...ownWeights(run))
  return output
}

/** `x + block(norm(x))`. */
function alone(
  run: DecoderRun,
  layer: Named,
  input: Tensor,
  index: number,
  { float32 }: Required<SingleResidual>,
): Tensor {
  const { ops, weights } = run.layers
  const { tape } = ops
  const first = child(layer, 'norm')
  if (!first) throw new UndescribedBlock(`${layer.name} has no norm`)
  const given = ops.to(input, weights.get(`${first.name}.weight`).dtype)
  const normal = norm(run, first, given)
  tape.free(given)
  const residual = float32 ? ops.to(input, 'float32') : tape.alias(input)
  const mixed = attend(run, layer, normal, index)
  const output = ops.add(residual, mixed)
  tape.free(normal, residual, mixed)
  return output
}

/** `x + attention(norm(x)) + mlp(norm(x))`, with one norm for both or one norm each. */
function sideBySide(
  run: DecoderRun,
  layer: Named,
  input: Tensor,
  index: number,
  { sum, normsFirst, keepsNormalised }: Required<ParallelResidual>,
): Tensor {
  const { ops } = run.layers
  const { tape } = ops
  const { first } = normsOf(layer)
  const second = submodule(layer, 'secondNorm')
  const normal = first ? norm(run, first, input) : tape.alias(input)
  const early = normsFirst && second ? norm(run, second, input) : undefined
  const attended = droppedIn(run, 'behindBlocks', 'attended', attend(run, layer, normal, index))
  const other = early ?? (second ? norm(run, second, input) : tape.alias(normal))
  const kept = keepsNormalised ? [normal, other] : []
  if (!keepsNormalised) tape.free(normal)
  const made = feed(run, layer, other)
  if (!keepsNormalised) tape.free(other)
  const fed = droppedIn(run, 'behindBlocks', 'fed', made)
  const output = SUMS[sum](ops, input, attended, fed, sum === 'blocksInPlace' && isDropped(run, 'fed'))
  tape.free(attended, fed, ...kept, ...ownWeights(run))
  return output
}

/** Adds the outputs of both blocks to the residual stream. */
const SUMS: Readonly<
  Record<
    Required<ParallelResidual>['sum'],
    (ops: Operations, residual: Tensor, attended: Tensor, fed: Tensor, drops: boolean) => Tensor
  >
> = {
  blocksFirst: (ops, residual, attended, fed) =>
    freeing(ops, ops.add(attended, fed), (both) => ops.add(both, residual)),
  residualFirst: (ops, residual, attended, fed) =>
    freeing(ops, ops.add(residual, attended), (both) => ops.add(both, fed)),
  blocksInPlace: (ops, residual, attended, fed, drops) =>
    freeing(ops, ops.addInPlace(fed, attended), (both) =>
      drops ? freeing(ops, ops.dropout(both), (left) => ops.add(residual, left)) : ops.add(residual, both),
    ),
}

function freeing(ops: Operations, both: Tensor, add: (both: Tensor) => Tensor): Tensor {
  const sum = add(both)
  ops.tape.free(both)
  return sum
}

/** A feed-forward network in the code of the layer, which rebinds the variable of its input (OPT). */
function inLayer(run: DecoderRun, layer: Named, input: Tensor, before: Named | undefined): Tensor {
  const normal = before ? norm(run, before, input) : run.layers.ops.tape.alias(input)
  return plainMlp(run, layer, normal, { rebinds: true })
}

/** A block with an optional norm before and after it. */
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

/** Adds a block's output to the residual stream, after Granite's multiplier. Frees the output. */
function joined(
  run: DecoderRun,
  residual: Tensor,
  made: Tensor,
  isScaled: boolean | 'both',
  what: 'attended' | 'fed',
): Tensor {
  const { ops } = run.layers
  if (isScaled === 'both') return joinedByDepth(run, residual, made)
  const scaled = isScaled ? ops.scale(made) : ops.tape.alias(made)
  ops.tape.free(made)
  const isInSum = run.forward.dropout.place === 'inSum' && isDropped(run, what)
  const left = isInSum ? ops.dropout(scaled) : ops.tape.alias(scaled)
  const sum = ops.add(residual, left)
  ops.tape.free(left, scaled)
  return sum
}

/** `made * a + residual * b`, in a function of its own. Frees the output. */
function joinedByDepth({ layers: { ops } }: DecoderRun, residual: Tensor, made: Tensor): Tensor {
  const terms = [ops.scale(made), ops.scale(residual)] as const
  const sum = ops.add(...terms)
  ops.tape.free(...terms, made)
  return sum
}

/** The weights of eager attention, which are freed when the layer returns; some families return them. */
function ownWeights({ forward, attentionWeights }: DecoderRun): Tensor[] {
  return forward.attention.returnsWeights ? [] : attentionWeights.splice(0)
}

/** The feed-forward network. */
function feed(run: DecoderRun, layer: Named, input: Tensor): Tensor {
  return droppedIn(run, 'inBlocks', 'fed', fedWhole(run, layer, input))
}

/** Granite has a shared expert beside the routed ones. */
function fedWhole(run: DecoderRun, layer: Named, input: Tensor): Tensor {
  const block = submodule(layer, 'mlp')
  const beside = child(layer, 'shared_mlp')
  if (!beside) return mlp(run, block ?? layer, input)
  if (!block) return mlp(run, beside, input)
  const { ops } = run.layers
  const { residual } = run.forward
  const routed = mlp(run, block, input)
  const shared = mlp(run, beside, input)
  const sum = ops.add(routed, shared)
  ops.tape.free(shared)
  if (residual.order === 'sequential' && residual.keepsRouted) run.attentionWeights.push(routed)
  else ops.tape.free(routed)
  return sum
}

/** The placement of the norms: before the blocks, after them (OLMo 2), or both (Gemma 2, GLM 4). */
function normsOf(layer: Named) {
  const first = submodule(layer, 'firstNorm')
  const afterMlp = submodule(layer, 'afterMlp')
  if (!afterMlp) return { first, afterAttention: undefined, second: submodule(layer, 'secondNorm'), afterMlp }
  const afterAttention = submodule(layer, 'afterAttention')
  const before =
    first &&
    (child(layer, 'pre_feedforward_layernorm') ??
      child(layer, 'pre_mlp_layernorm') ??
      child(layer, 'ffn_norm') ??
      child(layer, 'post_attention_layernorm'))
  return { first, afterAttention, second: before, afterMlp }
}
