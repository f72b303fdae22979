import { withTargets } from '../adapters/targeted-parameters.js'
import { promptOf } from '../adapters/virtual-tokens.js'
import { Arrays } from '../arrays/arrays.js'
import type { DecoderPass } from '../decoder-pass.js'
import type { StepOptions } from '../decoder-run.js'
import { dividedEmbedding } from '../division.js'
import type { Layers } from '../layers.js'
import { submodule } from '../submodules.js'
import type { Tensor } from '../tape.js'

/** The embeddings, the positions of the tokens, and what code around the model references until it returns. */
export interface Embedded {
  readonly embedded: Tensor
  readonly positions: readonly Tensor[]
  readonly untilLoss: readonly Tensor[]
}

/**
 * The embeddings of the tokens, with learned positions if the model has them.
 *
 * @param held - receives what the code references until the pass returns
 * @param sensed - puts images and sound among them; `lookUp` runs before that, and `before` gets the embeddings before positions are counted
 * @param ids - the ids of the tokens, if they are not those of the batch
 */
export function embeddingOf(
  { layers, options, forward, sizes, base }: DecoderPass,
  held: Tensor[],
  sensed: {
    readonly isBeforeScale: boolean
    readonly numbersTokens?: boolean
    readonly run: (tokens: Tensor) => Tensor
    readonly lookUp?: (words: Tensor) => void
    readonly before?: (words: Tensor) => void
  } = PLAIN,
  ids?: Tensor,
): Embedded {
  const { ops, tokens } = layers
  const table = submodule(base, 'embedding')
  const { hiddenSize } = sizes
  const { sequence, stage } = options
  if (stage?.isFirst === false) {
    const received = ops.tape.requireGradient(ops.tape.tensor(tokens * hiddenSize, options.modelDtype, 'recv'))
    return { embedded: received, positions: [ops.tape.tensor(sequence, 'int64', 'arange')], untilLoss: [] }
  }
  const prompt = options.virtualTokens?.kind === 'prefixes' ? undefined : options.virtualTokens
  const own = tokens - (prompt ? options.batch * prompt.weights.count : 0)
  const isTurned = forward.embedding === 'tokensOutside' && options.batch > 1
  const embedded = isTurned
    ? turned(layers, table?.name ?? '', options)
    : lookedUp(layers, table?.name ?? '', own, hiddenSize, ids)
  const untilLoss: Tensor[] = []
  const found = prompt ? behindPrompt(layers, embedded, options, prompt, untilLoss) : embedded
  const merged = sensed.isBeforeScale ? sensed.run(found) : found
  const scaled = forward.embedding === 'scaled' ? scaledFrom(layers, merged) : merged
  const leaf = options.inputGradients && !isTurned ? ops.tape.requireGradient(scaled) : scaled
  const given = forward.embedding === 'scaledInModel' ? scaledFrom(layers, leaf) : leaf
  sensed.lookUp?.(given)
  const words = sensed.isBeforeScale ? given : sensed.run(given)
  sensed.before?.(words)
  const hasNumbers =
    sizes.heads > 0 && forward.places !== 'none' && forward.places !== 'numbered' && !sensed.numbersTokens
  const positions = ops.tape.tensor(hasNumbers ? sequence : 0, 'int64', 'arange')
  const learned = submodule(base, 'positions')
  if (forward.places === 'buffer' || forward.places === 'heldBuffer') {
    const isHeld = forward.places === 'heldBuffer'
    const rows = ops.tape.tensor(sequence * hiddenSize, isHeld ? 'float32' : words.dtype, 'index_select')
    const sum = ops.add(words, rows)
    if (isHeld) held.push(rows)
    else ops.tape.free(rows)
    held.push(words, positions)
    return { embedded: withTypes(layers, forward, sum), positions: [], untilLoss }
  }
  if (forward.places === 'unused') {
    held.push(ops.tape.alias(words), positions)
    return { embedded: words, positions: [], untilLoss }
  }
  if (!learned) return { embedded: words, positions: [positions], untilLoss }
  const isOfGiven = forward.places === 'ofGivenMask'
  const counted =
    isOfGiven || forward.places === 'eachSequence' ? [countedPositions(layers, isOfGiven ? undefined : held)] : []
  const places = counted[0]
    ? lookedUpBehind(layers, learned.name, hiddenSize)
    : lookedUp(layers, learned.name, sequence, hiddenSize, positions)
  const sum = ops.add(words, places)
  // The code references both until it returns.
  held.push(words, places)
  return { embedded: withTypes(layers, forward, sum), positions: [positions, ...counted], untilLoss }
}

/** The sum with 0, where the code adds it in the place of embeddings of types. Frees its input if so. */
function withTypes({ ops }: Layers, { addsTypes }: DecoderPass['forward'], sum: Tensor): Tensor {
  if (!addsTypes) return sum
  const whole = ops.shift(sum)
  ops.tape.free(sum)
  return whole
}

/**
 * The embeddings behind those of virtual tokens. PEFT references the prompt, the sum of both and the labels of both until the model returns its loss
 * (`PeftModelForCausalLM.forward` of 0.21.2). Frees the embeddings.
 */
function behindPrompt(
  layers: Layers,
  embedded: Tensor,
  { batch, sharding }: Pick<StepOptions, 'batch' | 'sharding'>,
  { kind, weights }: NonNullable<StepOptions['virtualTokens']>,
  untilLoss: Tensor[],
): Tensor {
  const { ops } = layers
  untilLoss.push(
    ops.tape.tensor(batch * weights.count, 'int64', 'full'),
    ops.tape.tensor(layers.tokens, 'int64', 'cat'),
  )
  const prompt = promptOf(layers, weights, { batch, dtype: embedded.dtype, kind, sharding })
  const both = ops.cat([prompt, embedded])
  ops.tape.free(embedded)
  untilLoss.push(prompt, ops.tape.alias(both))
  return both
}

/** Rows of an embedding, plus those of its adapter (PEFT's `Embedding.forward`). */
function lookedUp(layers: Layers, name: string, rows: number, features: number, indices?: Tensor): Tensor {
  const { ops, weights } = layers
  const { tape } = ops
  const vocabulary = layers.division?.rowsOf(name)
  const found = withTargets(layers, name, () => {
    const table = weights.get(`${name}.weight`)
    if (vocabulary === undefined) return ops.embedding(table, rows * features, indices)
    const { embeddingGradient: gradient = 'whole', shares } = layers.division ?? {}
    const whole = vocabulary * features
    return dividedEmbedding({ tape, ops }, table, { elements: rows * features, whole, indices, gradient, shares })
  })
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

/** Embeddings with tokens before sequences, in a copy. Their gradient is copied into the order of the embeddings again. */
function turned(layers: Layers, name: string, { batch, sequence, inputGradients }: StepOptions): Tensor {
  const a = new Arrays(layers)
  const found = a.lookup(name, a.constant([batch, sequence], 'int64'))
  const leaf = inputGradients ? { ...found, ...a.tape.requireGradient(found) } : found
  return a.contiguous(a.transpose(leaf, 0, 1))
}

/** Positions that are counted from a mask of ones. The code makes it, and references it until it returns, or it is given. */
function countedPositions({ ops: { tape }, tokens }: Layers, held: Tensor[] | undefined): Tensor {
  held?.push(tape.tensor(tokens, 'float32', 'ones'))
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

function scaledFrom({ ops }: Layers, found: Tensor): Tensor {
  const scaled = ops.scale(found)
  ops.tape.free(found)
  return scaled
}

const PLAIN = { isBeforeScale: false, run: (tokens: Tensor): Tensor => tokens }
