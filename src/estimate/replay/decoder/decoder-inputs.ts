import type { Alibi } from '../../../architecture/index.js'
import { promptOf } from '../adapters/virtual-tokens.js'
import { SharedKeys } from '../attention/shared-keys.js'
import type { CompleteForwardPass, CompleteRotation } from '../complete-forward-pass.js'
import type { RotaryTables, StepOptions } from '../decoder-run.js'
import type { ComputeDtype } from '../dtype.js'
import type { Layers } from '../layers.js'
import type { ModelSizes } from '../model-sizes.js'
import { layersOf, type Named, submodule } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'

/** One forward pass of a decoder, before its first layer. */
export interface DecoderPass {
  readonly layers: Layers
  readonly options: StepOptions
  readonly forward: CompleteForwardPass
  readonly sizes: ModelSizes
  /** The module that contains embeddings and layers. */
  readonly base: Named
}

/** Time, height and width. */
export const AXES = 3

/** The masks for layers with and without a sliding window. */
export interface Masks {
  readonly full: Tensor | undefined
  readonly windowed: Tensor | undefined
}

/** Whether attention is eager, by choice or because no other kernel supports the model. */
export function isEager({ kernel }: StepOptions, { attention }: CompleteForwardPass): boolean {
  return kernel === 'eager' || attention.cappedScores || attention.eagerOnly
}

/** Whether the code gives every kernel a mask. */
export function hasGivenMask({ cache }: StepOptions, { masks }: CompleteForwardPass): boolean {
  return masks.given === 'always' || (masks.given === 'prefill' && cache)
}

/**
 * Eager attention adds a mask to its scores: one for layers with full attention, another for layers with a sliding window. The
 * other kernels use a boolean mask if the window is shorter than the sequence.
 */
export function masksOf({ layers, options, forward, sizes }: DecoderPass, dtype: ComputeDtype): Masks {
  const { batch, sequence } = options
  const elements = sequence * sequence
  const { tape } = layers.ops
  const { masks, attention, alibi } = forward
  const { windowTokens = masks.unusedWindow } = sizes
  const isWindowed = windowTokens !== undefined
  if (sizes.heads === 0) return { full: undefined, windowed: undefined }
  if (alibi?.everyPosition) return { full: tape.tensor(batch * elements, 'bool', 'full'), windowed: undefined }
  if (options.ownMasks === 'numbers') {
    const mask = tape.tensor(batch * elements, dtype, 'clone')
    return { full: mask, windowed: isWindowed ? tape.alias(mask) : undefined }
  }
  if (isEager(options, forward)) {
    const size = { forAllSequences: elements + sequence, forEachSequence: batch * elements, square: elements }[
      masks.size
    ]
    const mask = () => tape.tensor(size, dtype, 'where')
    const full = isWindowed && !masks.forEachKind ? undefined : mask()
    const isOfTwoKinds = isWindowed || attention.chunks !== undefined
    return { full, windowed: isOfTwoKinds ? mask() : undefined }
  }
  if (options.ownMasks === 'eachSequence') {
    const mask = () => tape.tensor(batch * elements, 'bool', 'bitwise_or')
    return { full: mask(), windowed: isWindowed ? mask() : undefined }
  }
  if (hasGivenMask(options, forward)) {
    const columns = masks.given === 'prefill' ? batch + sequence + 1 : sequence
    return { full: tape.tensor(sequence * columns, dtype, 'triu'), windowed: undefined }
  }
  if (alibi)
    return {
      full: tape.tensor(batch * sizes.heads * elements, dtype, 'masked_fill'),
      windowed: undefined,
    }
  if (masks.given === 'narrowed') return { full: tape.tensor(elements, 'bool', 'le'), windowed: undefined }
  const isShorter = isWindowed && sequence >= windowTokens
  return { full: undefined, windowed: isShorter ? tape.tensor(elements, 'bool', 'bitwise_and') : undefined }
}

/**
 * The embeddings of the tokens, with learned positions if the model has them.
 *
 * @param held - receives what the code references until the pass returns
 * @param sensed - puts images and sound among them; `before` gets the embeddings before positions are counted
 * @param ids - the ids of the tokens, if they are not those of the batch
 */
export function embeddingOf(
  { layers, options, forward, sizes, base }: DecoderPass,
  held: Tensor[],
  sensed: {
    readonly isBeforeScale: boolean
    readonly run: (tokens: Tensor) => Tensor
    readonly before?: (words: Tensor) => void
  } = PLAIN,
  ids?: Tensor,
): { embedded: Tensor; positions: readonly Tensor[] } {
  const { ops, tokens } = layers
  const table = submodule(base, 'embedding')
  const { hiddenSize } = sizes
  const { sequence } = options
  const prompt = options.virtualTokens?.kind === 'prefixes' ? undefined : options.virtualTokens
  const own = tokens - (prompt ? options.batch * prompt.weights.count : 0)
  const embedded = lookedUp(layers, table?.name ?? '', own, hiddenSize, ids)
  const found = prompt ? behindPrompt(layers, embedded, options.batch, prompt, held) : embedded
  const merged = sensed.isBeforeScale ? sensed.run(found) : found
  const scaled = forward.embedding === 'scaled' ? scaledFrom(layers, merged) : merged
  const given = options.inputGradients ? ops.tape.requireGradient(scaled) : scaled
  const words = sensed.isBeforeScale ? given : sensed.run(given)
  sensed.before?.(words)
  const positions = ops.tape.tensor(sizes.heads > 0 && forward.places !== 'none' ? sequence : 0, 'int64', 'arange')
  const learned = submodule(base, 'positions')
  if (forward.places === 'buffer') {
    const rows = ops.tape.tensor(sequence * hiddenSize, words.dtype, 'index_select')
    const sum = ops.add(words, rows)
    ops.tape.free(rows)
    held.push(words, positions)
    return { embedded: sum, positions: [] }
  }
  if (!learned) return { embedded: words, positions: [positions] }
  const counted = forward.places === 'eachSequence' ? [countedPositions(layers, held)] : []
  const places = counted[0]
    ? lookedUpBehind(layers, learned.name, hiddenSize)
    : lookedUp(layers, learned.name, sequence, hiddenSize, positions)
  const sum = ops.add(words, places)
  // The code references both until it returns.
  held.push(words, places)
  return { embedded: sum, positions: [positions, ...counted] }
}

/** Positions that are counted from a mask of ones, which the code references until it returns. */
function countedPositions({ ops: { tape }, tokens }: Layers, held: Tensor[]): Tensor {
  held.push(tape.tensor(tokens, 'float32', 'ones'))
  return tape.tensor(tokens, 'int64', '_to_copy')
}

/** The embeddings of counted positions, which are at another place in the table. */
function lookedUpBehind(layers: Layers, name: string, features: number): Tensor {
  const { ops, tokens } = layers
  const indices = ops.tape.tensor(tokens, 'int64', 'add')
  const places = lookedUp(layers, name, tokens, features, indices)
  ops.tape.free(indices)
  return places
}

const PLAIN = { isBeforeScale: false, run: (tokens: Tensor): Tensor => tokens }

/** The embeddings behind those of virtual tokens. The code references the prompt until the model returns. Frees the embeddings. */
function behindPrompt(
  layers: Layers,
  embedded: Tensor,
  batch: number,
  { kind, weights }: NonNullable<StepOptions['virtualTokens']>,
  held: Tensor[],
): Tensor {
  const { ops } = layers
  const prompt = promptOf(layers, weights, { batch, dtype: embedded.dtype, kind })
  const both = ops.cat([prompt, embedded])
  ops.tape.free(embedded)
  held.push(prompt, ops.tape.alias(both))
  return both
}

/** The place of each token on each axis, if the positions have three. */
export function placesOnAxes({ layers, options, forward }: DecoderPass): Tensor[] {
  const { rotation } = forward
  if (!rotation || rotation.axes === 'one') return []
  // A text model of its own sees its positions as all three.
  if (rotation.axes === 'inTable' && !options.images) return []
  // Without images, one row stands for all.
  const rows = options.images ? AXES * options.batch : 1
  return [layers.ops.tape.tensor(rows * options.sequence, 'int64', 'stack')]
}

/** Rows of an embedding, plus those of its adapter (PEFT's `Embedding.forward`). */
function lookedUp({ ops, weights }: Layers, name: string, rows: number, features: number, indices?: Tensor): Tensor {
  const { tape } = ops
  const found = ops.embedding(weights.get(`${name}.weight`), rows * features, indices)
  const adapter = weights.adapter(name)
  if (!adapter) return found
  const low = ops.embedding(adapter.a, rows * adapter.rank, indices)
  const high = tape.record(
    [low, adapter.b],
    { before: [low, adapter.b] },
    () => tape.tensor(rows * features, low.dtype, 'mm'),
    () => [ops.gradient(low.elements, low.dtype, 'mm'), ops.gradient(adapter.b.elements, low.dtype, 'mm')],
  )
  tape.free(low)
  const scaled = ops.scale(high)
  tape.free(high)
  const sum = ops.add(found, scaled)
  tape.free(scaled)
  const output = ops.to(sum, found.dtype)
  tape.free(sum, found)
  return output
}

/** The tensors behind ALiBi: a mask of all tokens, and the slope of each head times each position. */
export function distancesOf(
  { layers, sizes }: DecoderPass,
  { maskDtype, everyPosition }: Alibi,
  dtype: ComputeDtype,
): { mask: Tensor; scaled: Tensor } {
  const { ops, tokens } = layers
  const mask = ops.tape.tensor(tokens, maskDtype, 'ones')
  const scaled = everyPosition
    ? ops.tape.tensor(everyPosition * sizes.heads, 'float32', 'mul')
    : ops.tape.tensor(tokens * sizes.heads, dtype, 'mul')
  return { mask, scaled }
}

/** Cosines and sines of all positions, computed in float32 and stored in the model's dtype for all layers. */
export function rotaryTables(
  { layers, options }: Pick<DecoderPass, 'layers' | 'options'>,
  { features, pairs, float32, axes }: CompleteRotation,
  dtype: ComputeDtype,
): RotaryTables {
  const { tape } = layers.ops
  const count = { one: 1, inTable: options.batch, inLayers: AXES * options.batch }[axes]
  const elements = (options.sequence * features * count) / (pairs === 'halvesApart' ? 2 : 1)
  if (pairs === 'complex')
    return { cos: tape.tensor(elements, 'float32', 'polar'), sin: tape.tensor(0, 'float32', 'polar') }
  const angles = tape.tensor(elements, 'float32', 'cat')
  const wide = [tape.tensor(elements, 'float32', 'mul'), tape.tensor(elements, 'float32', 'mul')]
  tape.free(angles)
  const kept = float32 === 'tables' || float32 === 'terms' ? 'float32' : dtype
  const [cos, sin] = wide.map((table) => layers.ops.to(table, kept))
  tape.free(...wide)
  if (!cos || !sin) throw new Error('there are two tables')
  return { cos, sin }
}

/** Cosines and sines, without duplicates. */
export function tablesOf(...pairs: readonly (RotaryTables | undefined)[]): Tensor[] {
  return [...new Set(pairs.flatMap((pair) => (pair ? [pair.cos, pair.sin] : [])))]
}

function scaledFrom({ ops }: Layers, found: Tensor): Tensor {
  const scaled = ops.scale(found)
  ops.tape.free(found)
  return scaled
}

/** Where layers keep keys and values for others. */
export function sharedKeysOf({ layers, options, forward }: DecoderPass): SharedKeys | undefined {
  const { keySharing } = forward.attention
  if (!keySharing || (keySharing.in === 'cache' && !options.cache)) return undefined
  // Layers that take keys and values get them without gradients then, and what the others keep outlives their second run.
  if (options.reentrant && options.recompute !== 'none')
    throw new UndescribedBlock(
      'no model for reentrant checkpointing in a model whose layers keep keys and values for others: pass `reentrant: false`',
    )
  return new SharedKeys(layers.ops.tape)
}

/** Keys and values of virtual tokens for all layers, as views of one tensor. */
export function prefixesOf({ layers, options, base }: DecoderPass, dtype: Tensor['dtype']): Tensor[] | undefined {
  const { virtualTokens, batch } = options
  if (virtualTokens?.kind !== 'prefixes') return undefined
  const { ops } = layers
  const all = promptOf(layers, virtualTokens.weights, { batch, dtype, kind: 'prefixes' })
  const count = 2 * layersOf(base).length
  const parts = ops.split(
    all,
    Array.from({ length: count }, () => all.elements / count),
  )
  ops.tape.free(all)
  return parts
}
