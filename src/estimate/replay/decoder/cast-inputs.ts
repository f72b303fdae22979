import type { DecoderRun, RotaryTables } from '../decoder-run.js'
import { DTYPE_BYTES } from '../dtype.js'
import type { NamedLayer } from '../submodules.js'
import type { Tensor } from '../tape.js'

/** What a layer gets beside its hidden states. */
export interface LayerInputs {
  readonly tables: RotaryTables | undefined
  readonly scales: Tensor | undefined
  /** All of it, which a checkpoint keeps. */
  readonly given: readonly Tensor[]
}

interface CastInputs extends LayerInputs {
  /** The copies, which the layer holds until it returns. */
  readonly owned: readonly Tensor[]
}

/**
 * A policy of FSDP2 casts what each of its modules gets to the dtype that its parameters are gathered in (`_cast_forward_inputs` in
 * `_fsdp_state.py` of torch 2.15): tables of positions in float32, too. transformers 5.24 recomputes what is behind that, and 4.57 the whole call.
 */
export class LayerCasts {
  readonly #run: DecoderRun
  readonly #inputsOf: (layer: number) => LayerInputs
  readonly #isBeforeCheckpoint: boolean
  readonly #made = new Map<string, CastInputs>()

  /** @param isBeforeCheckpoint - whether copies are made before the part that is recomputed, as in transformers 5.24 */
  constructor(run: DecoderRun, inputsOf: (layer: number) => LayerInputs, isBeforeCheckpoint: boolean) {
    this.#run = run
    this.#inputsOf = inputsOf
    this.#isBeforeCheckpoint = isBeforeCheckpoint
  }

  /** Before the parameters of a layer are gathered. */
  prepare(layer: NamedLayer): void {
    this.#made.set(layer.name, this.#cast(layer))
  }

  /** What a checkpoint of the layer keeps. */
  kept(layer: NamedLayer): readonly Tensor[] {
    const made = this.#isBeforeCheckpoint ? this.#made.get(layer.name) : undefined
    return (made ?? this.#inputsOf(layer.index)).given
  }

  /** Runs a layer with its own inputs, for the first time or again. */
  run(layer: NamedLayer, compute: (inputs: LayerInputs) => Tensor): Tensor {
    const { tape } = this.#run.layers.ops
    const made = this.#made.get(layer.name)
    const isOwner = tape.isFirstRun || !this.#isBeforeCheckpoint
    const inputs = made && (tape.isFirstRun || this.#isBeforeCheckpoint) ? made : this.#cast(layer)
    const output = compute(inputs)
    if (isOwner) tape.free(...inputs.owned)
    return output
  }

  #cast({ index }: NamedLayer): CastInputs {
    const { layers, options } = this.#run
    const { copiesOut, computeDtype } = options.sharding?.rules ?? {}
    const { tables, scales, given } = this.#inputsOf(index)
    const copies = new Map<Tensor, Tensor>()
    // Complex numbers, whose table has both parts, are no floating point to torch.
    const known = [scales, ...(tables && tables.sin.elements > 0 ? [tables.cos, tables.sin] : [])]
    if (copiesOut && computeDtype && DTYPE_BYTES[computeDtype] < DTYPE_BYTES.float32)
      for (const one of given)
        if (one.dtype === 'float32' && known.includes(one)) copies.set(one, layers.ops.to(one, computeDtype))
    const own = (tensor: Tensor): Tensor => copies.get(tensor) ?? tensor
    return {
      tables: tables && { cos: own(tables.cos), sin: own(tables.sin) },
      scales: scales && own(scales),
      given: given.map(own),
      owned: [...copies.values()],
    }
  }
}
