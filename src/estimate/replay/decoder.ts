import type { Architecture } from '../../architecture/index.js'
import type { AttentionKernel } from './attention/attention.js'
import {
  type DecoderPass,
  distancesOf,
  embeddingOf,
  isEager,
  masksOf,
  rotaryTables,
  sizesOf,
  tablesOf,
} from './decoder-inputs.js'
import { decoderLayer } from './decoder-layer.js'
import type { ComputeDtype } from './dtype.js'
import type { Layers } from './layers.js'
import { causalLoss } from './loss.js'
import { norm } from './norms.js'
import { OmittedLayers } from './omitted-layers.js'
import { ROOT, type Sharding } from './sharding.js'
import { baseOf, layersOf, type Named, submodule } from './submodules.js'
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

/** A decoder-only language model on its way through one forward pass. */
export class Decoder {
  readonly #pass: DecoderPass
  readonly #outputs: Tensor[] = []

  constructor(architecture: Architecture, layers: Layers, options: StepOptions) {
    const base = baseOf(architecture)
    if (!base) throw new UndescribedBlock(`${architecture.className} is no stack of decoder layers`)
    this.#pass = { layers, options, architecture, base }
  }

  /** The loss of a micro-batch; everything but what backward needs is freed on the way. */
  loss(): Tensor {
    const { tape } = this.#pass.layers.ops
    const { batch, sequence, sharding } = this.#pass.options
    sharding?.beforeForward(ROOT)
    const hidden = this.#hidden()
    const logits = this.#head(hidden)
    const loss = causalLoss(this.#pass.layers, logits, batch, sequence)
    if (this.#pass.options.keepOutputs) this.#outputs.push(tape.alias(logits))
    tape.free(logits, hidden)
    this.#pass.layers.endAutocast()
    if (!sharding) return loss
    sharding.endForward()
    const last = layersOf(this.#pass.base).at(-1)?.name
    const marked = tape.marker(loss, () => sharding.beforeBackward(undefined, last))
    tape.free(loss)
    return marked
  }

  /** The names of what is kept beyond the loss go. */
  dropOutputs(): void {
    this.#pass.layers.ops.tape.free(...this.#outputs.splice(0))
  }

  /** The logits of each sequence's last token, with the cache filled: a prefill. What it holds in the end is freed. */
  prefill(): void {
    const { tape } = this.#pass.layers.ops
    const hidden = this.#hidden()
    const { batch, traits } = this.#pass.options
    const rows = traits.allLogits ? this.#pass.layers.tokens : batch
    const last = { ...tape.alias(hidden), elements: rows * this.#pass.architecture.dimensions.hiddenSize }
    const logits = this.#head(last)
    tape.free(last, hidden, logits)
  }

  /** The last hidden states, normalised. */
  #hidden(): Tensor {
    const { layers, options, architecture, base } = this.#pass
    const { tape } = layers.ops
    const { traits } = options
    const held: Tensor[] = []
    const { embedded, positions } = embeddingOf(this.#pass, held)
    const masks = masksOf(this.#pass, embedded.dtype)
    const rotary = traits.rotary ? rotaryTables(this.#pass, embedded.dtype) : undefined
    const windowedRotary = rotary && traits.tables !== 'shared' ? rotaryTables(this.#pass, embedded.dtype) : rotary
    const rotaryOf = (index: number) => (traits.sliding(index) ? windowedRotary : rotary)
    const distances = traits.alibi ? distancesOf(this.#pass, embedded.dtype) : undefined
    const shared = [positions, ...present(distances?.scaled), ...tablesOf(rotary, windowedRotary)]
    const run: DecoderRun = {
      layers,
      options,
      traits,
      ...sizesOf(architecture),
      rotary,
      bias: traits.alibi && !isEager(options) ? masks.full : undefined,
      mask: isEager(options) ? (masks.full ?? masks.windowed) : undefined,
      attentionWeights: [],
    }
    let hidden = this.#entered(run, embedded)
    let returned: Tensor[] = []
    // The sum with positions has no name of its own, what is looked up has.
    const names = held.length > 0 ? held : [embedded]
    if (held.length > 0) tape.free(embedded)
    const isCheckpointed = options.checkpointing && traits.checkpointed
    const maskOf = (index: number) => present(!traits.alibi && traits.sliding(index) ? masks.windowed : masks.full)
    const given = (index: number) =>
      traits.tables === 'of its kind' ? [positions, ...tablesOf(rotaryOf(index))] : shared
    const omittedLayers = new OmittedLayers(tape, options.omitted)
    for (const layer of layersOf(base)) {
      const { index } = layer
      omittedLayers.before()
      const input = this.#enter(layer, hidden)
      const compute = () => {
        run.attentionWeights.length = 0
        return decoderLayer({ ...run, rotary: rotaryOf(index) }, layer, input, index)
      }
      const output = isCheckpointed ? tape.checkpoint([input, ...maskOf(index), ...given(index)], compute) : compute()
      hidden = this.#leave(layer, output)
      tape.free(input, ...returned)
      returned = run.attentionWeights.splice(0)
      hidden = omittedLayers.behind(layer.name, hidden)
    }
    const last = submodule(base, 'lastNorm')
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
    const { layers, options } = this.#pass
    const { sharding } = options
    if (!sharding) return input
    sharding.beforeForward(layer.name)
    return this.#replaced(
      input,
      layers.ops.tape.marker(input, () => sharding.afterBackward(layer.name)),
    )
  }

  #leave(layer: Named, output: Tensor): Tensor {
    const { layers, options } = this.#pass
    const { sharding } = options
    if (!sharding) return output
    sharding.afterForward(layer.name)
    const names = layersOf(this.#pass.base).map(({ name }) => name)
    const before = names[names.indexOf(layer.name) - 1]
    return this.#replaced(
      output,
      layers.ops.tape.marker(output, () => sharding.beforeBackward(layer.name, before)),
    )
  }

  /** What the first layer gets. */
  #entered(run: DecoderRun, embedded: Tensor): Tensor {
    const { ops } = this.#pass.layers
    const first = submodule(this.#pass.base, 'embeddingNorm')
    if (first) return norm(run, first, embedded)
    const isScaled = this.#pass.options.traits.scaledEmbedding === 'entering'
    return isScaled ? ops.scale(embedded) : ops.tape.alias(embedded)
  }

  #head(hidden: Tensor): Tensor {
    const { ops } = this.#pass.layers
    const head = submodule({ name: '', module: this.#pass.architecture.root }, 'head')
    const logits = this.#pass.layers.linear(
      head?.name ?? 'lm_head',
      hidden,
      this.#pass.architecture.dimensions.vocabSize,
    )
    const { traits } = this.#pass.options
    if (traits.logits === 'plain') return logits
    const divided = this.#replaced(logits, ops.scale(logits))
    if (traits.logits === 'scaled') return divided
    const bent = this.#replaced(divided, ops.elementwise(divided, 'tanh', 'output'))
    return this.#replaced(bent, ops.scale(bent))
  }

  #replaced(old: Tensor, made: Tensor): Tensor {
    this.#pass.layers.ops.tape.free(old)
    return made
  }
}

function present(tensor: Tensor | undefined): Tensor[] {
  return tensor ? [tensor] : []
}
