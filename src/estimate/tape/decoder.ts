import type { Architecture } from '../../architecture/index.js'
import type { AttentionKernel } from './attention.js'
import { decoderLayer } from './decoder-layer.js'
import type { ComputeDtype } from './dtype.js'
import { Gaps } from './gaps.js'
import type { Layers } from './layers.js'
import { causalLoss } from './loss.js'
import { norm } from './norms.js'
import { baseOf, layersOf, type Named, part } from './roles.js'
import { ROOT, type Sharding } from './sharding.js'
import type { Tensor } from './tape.js'
import type { ModelTraits } from './traits.js'
import { UndescribedBlock } from './undescribed-block.js'

/** One micro-batch, and how it is computed. */
export interface StepOptions {
  readonly batch: number
  readonly sequence: number
  readonly checkpointing: boolean
  readonly kernel: AttentionKernel
  readonly computeDtype: ComputeDtype
  readonly traits: ModelTraits
  /** How many layers like one are not replayed behind it, by its name. */
  readonly omitted: ReadonlyMap<string, number>
  /** Whether keys and values are kept for the tokens to come. */
  readonly cache: boolean
  /** How parameters are spread over ranks; absent on one GPU. */
  readonly sharding?: Sharding | undefined
  /** Whether the logits outlive the loss. */
  readonly keepOutputs?: boolean
  /** Whether gradients flow to the input embeddings, frozen as they are. */
  readonly inputGradients?: boolean
}

/** What all layers of one forward pass share. */
export interface DecoderRun {
  readonly layers: Layers
  readonly options: StepOptions
  readonly traits: ModelTraits
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly windowTokens: number | undefined
  /** Cosines and sines of all positions. */
  readonly rotary: { readonly cos: Tensor; readonly sin: Tensor } | undefined
  /** The mask that eager attention adds. */
  readonly mask: Tensor | undefined
  /** What the other kernels add, where ALiBi biases scores. */
  readonly bias: Tensor | undefined
  /** What eager attention returns beside its output: a layer holds it until it ends. */
  readonly attentionWeights: Tensor[]
}

/** The masks that layers of either kind are given. */
interface Masks {
  readonly full: Tensor | undefined
  readonly windowed: Tensor | undefined
}

/** A decoder-only language model on its way through one forward pass. */
export class Decoder {
  readonly #layers: Layers
  readonly #options: StepOptions
  readonly #architecture: Architecture
  readonly #base: Named
  readonly #outputs: Tensor[] = []

  constructor(architecture: Architecture, layers: Layers, options: StepOptions) {
    this.#layers = layers
    this.#options = options
    this.#architecture = architecture
    const base = baseOf(architecture)
    if (!base) throw new UndescribedBlock(`${architecture.className} is no stack of decoder layers`)
    this.#base = base
  }

  /** The loss of a micro-batch; everything but what backward needs is freed on the way. */
  loss(): Tensor {
    const { tape } = this.#layers.ops
    const { batch, sequence, sharding } = this.#options
    sharding?.beforeForward(ROOT)
    const hidden = this.#hidden()
    const logits = this.#head(hidden)
    const loss = causalLoss(this.#layers, logits, batch, sequence)
    if (this.#options.keepOutputs) this.#outputs.push(tape.alias(logits))
    tape.free(logits, hidden)
    this.#layers.endAutocast()
    if (!sharding) return loss
    sharding.endForward()
    const last = layersOf(this.#base).at(-1)?.name
    const marked = sharding.marker(loss, () => sharding.beforeBackward(undefined, last))
    tape.free(loss)
    return marked
  }

  /** The names of what is kept beyond the loss go. */
  dropOutputs(): void {
    this.#layers.ops.tape.free(...this.#outputs.splice(0))
  }

  /** The logits of each sequence's last token, with the cache filled: a prefill. What it holds in the end is freed. */
  prefill(): void {
    const { tape } = this.#layers.ops
    const hidden = this.#hidden()
    const { batch, traits } = this.#options
    const rows = traits.allLogits ? this.#layers.tokens : batch
    const last = { ...tape.alias(hidden), elements: rows * this.#architecture.dimensions.hiddenSize }
    const logits = this.#head(last)
    tape.free(last, hidden, logits)
  }

  /** The last hidden states, normalised. */
  #hidden(): Tensor {
    const { ops } = this.#layers
    const { tape } = ops
    const { batch, sequence, traits } = this.#options
    const held: Tensor[] = []
    const { embedded, positions } = this.#embedding(held)
    const masks = this.#masks(sequence * sequence, batch, embedded.dtype)
    const rotary = traits.rotary ? this.#rotaryTables(embedded.dtype) : undefined
    const windowedRotary = rotary && traits.tables !== 'shared' ? this.#rotaryTables(embedded.dtype) : rotary
    const rotaryOf = (index: number) => (traits.sliding(index) ? windowedRotary : rotary)
    const distances = traits.alibi ? this.#distances(embedded.dtype) : undefined
    const shared = [positions, ...present(distances?.scaled), ...tablesOf(rotary, windowedRotary)]
    const run: DecoderRun = {
      layers: this.#layers,
      options: this.#options,
      traits,
      ...this.#sizes(),
      rotary,
      bias: traits.alibi && !this.#isEager() ? masks.full : undefined,
      mask: this.#isEager() ? (masks.full ?? masks.windowed) : undefined,
      attentionWeights: [],
    }
    let hidden = this.#entered(run, embedded)
    let returned: Tensor[] = []
    // The sum with positions has no name of its own, what is looked up has.
    const names = held.length > 0 ? held : [embedded]
    if (held.length > 0) tape.free(embedded)
    const isCheckpointed = this.#options.checkpointing && traits.checkpointed
    const maskOf = (index: number) => present(!traits.alibi && traits.sliding(index) ? masks.windowed : masks.full)
    const given = (index: number) =>
      traits.tables === 'of its kind' ? [positions, ...tablesOf(rotaryOf(index))] : shared
    const gaps = new Gaps(tape, this.#options.omitted)
    for (const layer of layersOf(this.#base)) {
      const { index } = layer
      gaps.before()
      const input = this.#enter(layer, hidden)
      const compute = () => {
        run.attentionWeights.length = 0
        return decoderLayer({ ...run, rotary: rotaryOf(index) }, layer, input, index)
      }
      const output = isCheckpointed ? tape.checkpoint([input, ...maskOf(index), ...given(index)], compute) : compute()
      hidden = this.#leave(layer, output)
      tape.free(input, ...returned)
      returned = run.attentionWeights.splice(0)
      hidden = gaps.behind(layer.name, hidden)
    }
    const last = part(this.#base, 'lastNorm')
    const normal = last ? norm(run, last, hidden) : tape.alias(hidden)
    tape.free(
      hidden,
      ...returned,
      ...names,
      ...shared,
      ...present(distances?.mask),
      ...present(masks.full),
      ...present(masks.windowed),
    )
    return normal
  }

  /** Where a layer is sharded its whole parameters come before it; backward reduces its gradients here. */
  #enter(layer: Named, input: Tensor): Tensor {
    const { sharding } = this.#options
    if (!sharding) return input
    sharding.beforeForward(layer.name)
    return this.#replaced(
      input,
      sharding.marker(input, () => sharding.afterBackward(layer.name)),
    )
  }

  #leave(layer: Named, output: Tensor): Tensor {
    const { sharding } = this.#options
    if (!sharding) return output
    sharding.afterForward(layer.name)
    const names = layersOf(this.#base).map(({ name }) => name)
    const before = names[names.indexOf(layer.name) - 1]
    return this.#replaced(
      output,
      sharding.marker(output, () => sharding.beforeBackward(layer.name, before)),
    )
  }

  #sizes() {
    const { heads, kvHeads, hiddenSize, headDim, windowTokens } = this.#architecture.dimensions
    return { heads, kvHeads, headDim: headDim ?? hiddenSize / heads, windowTokens }
  }

  #isEager(): boolean {
    return this.#options.kernel === 'eager' || this.#options.traits.softCap || this.#options.traits.onlyEager
  }

  /**
   * Eager attention adds a mask to its scores: one in layers that see everything, another in those with a window. The other
   * kernels take one of booleans, where a window is shorter than the sequence.
   */
  #masks(elements: number, batch: number, dtype: ComputeDtype): Masks {
    const { tape } = this.#layers.ops
    const { windowTokens } = this.#architecture.dimensions
    const { traits } = this.#options
    const isWindowed = windowTokens !== undefined && !traits.ownWindows
    if (this.#isEager()) {
      const size = traits.sharedMask ? elements + this.#options.sequence : batch * elements
      const mask = () => tape.tensor(size, dtype, 'where')
      const full = isWindowed && this.#options.traits.oneMask ? undefined : mask()
      const isOfTwoKinds = isWindowed || Number.isFinite(traits.chunkTokens)
      return { full, windowed: isOfTwoKinds ? mask() : undefined }
    }
    if (traits.alibi)
      return { full: tape.tensor(batch * this.#sizes().heads * elements, dtype, 'masked_fill'), windowed: undefined }
    const isShorter = isWindowed && this.#options.sequence >= windowTokens
    return { full: undefined, windowed: isShorter ? tape.tensor(elements, 'bool', 'bitwise_and') : undefined }
  }

  #embedding(held: Tensor[]): { embedded: Tensor; positions: Tensor } {
    const { ops, weights, tokens } = this.#layers
    const table = part(this.#base, 'embedding')
    const { hiddenSize } = this.#architecture.dimensions
    const { sequence, traits } = this.#options
    const found = ops.embedding(weights.get(`${table?.name}.weight`), tokens * hiddenSize)
    const scaled = traits.scaledEmbedding === 'looked up' ? this.#replaced(found, ops.scale(found)) : found
    const words = this.#options.inputGradients ? ops.tape.requireGradient(scaled) : scaled
    const positions = ops.tape.tensor(sequence, 'int64', 'arange')
    const learned = part(this.#base, 'positions')
    if (!learned) return { embedded: words, positions }
    const places = ops.embedding(weights.get(`${learned.name}.weight`), sequence * hiddenSize, positions)
    const sum = ops.add(words, places)
    // The code has names for both until it returns.
    held.push(words, places)
    return { embedded: sum, positions }
  }

  /** What ALiBi is made from: a mask of all tokens, and the slope of each head times each place. */
  #distances(dtype: ComputeDtype): { mask: Tensor; scaled: Tensor } {
    const { ops, tokens } = this.#layers
    // Falcon's mask is of integers, BLOOM's of the default type.
    const mask = ops.tape.tensor(tokens, this.#options.traits.rotary ? 'int64' : 'float32', 'ones')
    return { mask, scaled: ops.tape.tensor(tokens * this.#sizes().heads, dtype, 'mul') }
  }

  /** What the first layer gets. */
  #entered(run: DecoderRun, embedded: Tensor): Tensor {
    const { ops } = this.#layers
    const first = part(this.#base, 'embeddingNorm')
    if (first) return norm(run, first, embedded)
    const isScaled = this.#options.traits.scaledEmbedding === 'entering'
    return isScaled ? ops.scale(embedded) : ops.tape.alias(embedded)
  }

  /** Cosines and sines of all positions, made in float32 and kept in the model's type for all layers. */
  #rotaryTables(dtype: ComputeDtype): { cos: Tensor; sin: Tensor } {
    const { tape } = this.#layers.ops
    const { sequence, traits } = this.#options
    const elements = sequence * this.#sizes().headDim * traits.rotaryShare
    if (traits.pairs === 'complex')
      return { cos: tape.tensor(elements, 'float32', 'polar'), sin: tape.tensor(0, 'float32', 'polar') }
    const angles = tape.tensor(elements, 'float32', 'cat')
    const wide = [tape.tensor(elements, 'float32', 'mul'), tape.tensor(elements, 'float32', 'mul')]
    tape.free(angles)
    const kept = traits.rotaryPrecision === 'tables' || traits.rotaryPrecision === 'terms' ? 'float32' : dtype
    const [cos, sin] = wide.map((table) => this.#layers.ops.to(table, kept))
    tape.free(...wide)
    if (!cos || !sin) throw new Error('there are two tables')
    return { cos, sin }
  }

  #head(hidden: Tensor): Tensor {
    const { ops } = this.#layers
    const head = part({ name: '', module: this.#architecture.root }, 'head')
    const logits = this.#layers.linear(head?.name ?? 'lm_head', hidden, this.#architecture.dimensions.vocabSize)
    const { traits } = this.#options
    if (traits.logits === 'plain') return logits
    const divided = this.#replaced(logits, ops.scale(logits))
    if (traits.logits === 'scaled') return divided
    const bent = this.#replaced(divided, ops.elementwise(divided, 'tanh', 'output'))
    return this.#replaced(bent, ops.scale(bent))
  }

  #replaced(old: Tensor, made: Tensor): Tensor {
    this.#layers.ops.tape.free(old)
    return made
  }
}

/** Cosines and sines, each once. */
function tablesOf(...pairs: readonly DecoderRun['rotary'][]): Tensor[] {
  return [...new Set(pairs.flatMap((pair) => (pair ? [pair.cos, pair.sin] : [])))]
}

function present(tensor: Tensor | undefined): Tensor[] {
  return tensor ? [tensor] : []
}
