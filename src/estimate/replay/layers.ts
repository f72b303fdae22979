import type { Adapter } from './adapters/adapter.js'
import { adaLora, vera } from './adapters/adapter-kinds.js'
import { adaptedColumns, adaptedRows } from './adapters/adapter-of-shares.js'
import { doraOf } from './adapters/dora.js'
import { fusedAdapter } from './adapters/fused-adapter.js'
import { withTargets } from './adapters/targeted-parameters.js'
import { type AdaptedLayer, fusedWith, unslothAdapter } from './adapters/unsloth-adapter.js'
import type { CompleteForwardPass } from './complete-forward-pass.js'
import { type Division, type DivisionWay, gathered, ownPart, rejoined, sharedInput, summedUp } from './division.js'
import type { ComputeDtype } from './dtype.js'
import { type Kernels, OF_TORCH } from './kernel-set.js'
import type { Operations } from './operations/operations.js'
import { Products } from './products.js'
import { gatheredTokens, type SequenceShares, scatteredTokens } from './sequence-shares.js'
import type { Tensor } from './tape.js'
import type { Weights } from './weights.js'

const OTHER_KINDS = { adalora: adaLora, vera } as const

/** What the layers of a model share while they run: operations, parameters, sizes and dtypes. */
export class Layers extends Products {
  readonly tokens: number
  /** Whose kernels compute norms, rotation and gated activations. */
  readonly kernels: Kernels
  /** How tensor-parallel ranks divide the model; absent if each has all of it. */
  readonly division: Division | undefined
  /** Whether linear layers beside the head are transformers' `Conv1D`. */
  hasConv1D = false
  readonly #linear: CompleteForwardPass['linear']

  constructor(
    ops: Operations,
    weights: Weights,
    tokens: number,
    autocast: boolean,
    linear: CompleteForwardPass['linear'],
    kernels: Kernels = OF_TORCH,
    half: ComputeDtype = 'bfloat16',
    division?: Division,
  ) {
    super(ops, weights, autocast, half)
    this.tokens = tokens
    this.#linear = linear
    this.kernels = kernels
    this.division = division
  }

  /** A linear layer with its bias and its adapter, if any. Autocast can be off for it. The caller keeps the input. */
  linear(name: string, input: Tensor, outFeatures: number, autocast = this.autocast): Tensor {
    return withTargets(this, name, () => this.#linearOf(name, input, outFeatures, autocast))
  }

  /** The output features of a linear layer: those of all ranks if their parts are gathered. */
  outputsOf(name: string): number {
    return this.division?.outputsOf(name) ?? this.weights.shapeNamed(`${name}.weight`)[0] ?? 1
  }

  /** Linear layers that are all computed in one operation with their adapters; absent if one is not. */
  fusedLayers(named: readonly { readonly name: string; readonly outFeatures: number }[]): AdaptedLayer[] | undefined {
    const all = named.map(({ name, outFeatures }) => this.#fused(name, outFeatures))
    return all.every((one) => one !== undefined) ? all : undefined
  }

  #fused(name: string, outFeatures: number): AdaptedLayer | undefined {
    const adapter = this.weights.adapter(name)
    if (!adapter || this.kernels.adapters !== 'together' || !fusedWith(name).every((one) => this.#isFusable(one)))
      return undefined
    return { weight: this.weights.get(`${name}.weight`), adapter, outFeatures }
  }

  #isFusable(name: string): boolean {
    const adapter = this.weights.adapter(name)
    return adapter?.kind === 'lora' && !adapter.magnitude && !this.weights.find(`${name}.bias`)
  }

  #linearOf(name: string, input: Tensor, outFeatures: number, autocast: boolean): Tensor {
    const adapter = this.weights.adapter(name)
    const weight = this.weights.get(`${name}.weight`)
    const fused = this.#fused(name, outFeatures)
    if (fused) {
      const left = this.castInput(input, autocast)
      const output = unslothAdapter(this.ops, left, fused)
      this.ops.tape.free(left)
      return output
    }
    const isPlain = adapter?.kind === 'lora' && !adapter.magnitude && !adapter.hasDropout
    if (isPlain && this.kernels.adapters === 'each') {
      const left = this.castInput(input, autocast)
      const bias = this.weights.find(`${name}.bias`)
      const output = fusedAdapter(this.ops, left, { weight, adapter, outFeatures, bias })
      this.ops.tape.free(left)
      return output
    }
    const way = this.division?.wayOf(name)
    const base = way
      ? this.#divided(name, input, weight, outFeatures, way)
      : this.#base(name, input, weight, outFeatures, autocast)
    // An adapter of shares is among its layer's exchanges.
    if (!adapter || (way && this.division?.shares)) return base
    const { tape } = this.ops
    const isIn4Bits = weight.storedAs === 'nf4' || weight.storedAs === 'nf4-double'
    const isPacked = isIn4Bits || weight.storedAs === 'int8'
    // With weights in 4 bits, PEFT first copies the product (peft/tuners/lora/bnb.py, Linear4bit.forward).
    const copy = isIn4Bits ? this.ops.contiguous(base) : tape.alias(base)
    tape.free(base)
    // PEFT computes the adapter in the adapter's dtype (peft/tuners/lora/layer.py, Linear.forward). With packed weights, it leaves
    // the input alone under autocast.
    const wide = isPacked && this.autocast ? tape.alias(input) : this.ops.to(input, adapter.a.dtype)
    const cast = adapter.hasDropout ? this.ops.dropout(wide) : tape.alias(wide)
    if (adapter.magnitude) {
      const output = doraOf(this, name, { adapter, weight, input: cast, base: copy, outFeatures })
      tape.free(cast, copy, wide)
      const narrow = isPacked && this.autocast ? tape.alias(output) : this.ops.to(output, base.dtype)
      tape.free(output)
      return narrow
    }
    if (adapter.kind !== 'lora') {
      const adapted = OTHER_KINDS[adapter.kind](this, {
        adapter,
        input: cast,
        readDtype: input.dtype,
        base: copy,
        outFeatures,
        storedAs: isPacked ? weight.storedAs : undefined,
        isConverted: isPacked && !this.autocast,
      })
      tape.free(copy, wide)
      return adapted
    }
    const scaled = this.#adapted(adapter, cast, outFeatures, way)
    const output = isPacked ? this.#sumInBase(copy, scaled) : this.#sumInWider(copy, scaled)
    tape.free(wide)
    return output
  }

  /** `B(A(dropout(x))) * scaling`, where what is dropped has no name. Frees the input. */
  #adapted(adapter: Adapter, input: Tensor, outFeatures: number, way: DivisionWay | undefined): Tensor {
    const low = this.#narrowed(adapter, input, way)
    this.ops.tape.free(input)
    const high = this.#widened(adapter, low, outFeatures, way)
    const scaled = this.ops.scale(high)
    this.ops.tape.free(high)
    return scaled
  }

  /** `B(A(x))`. */
  lowRank(adapter: Adapter, input: Tensor, outFeatures: number): Tensor {
    return this.#widened(adapter, this.#narrowed(adapter, input, undefined), outFeatures, undefined)
  }

  /** `A(x)`, which ranks divide if they divide the inputs of the layer (`add_lora_tp_hooks_dtensor` of PEFT). */
  #narrowed({ a, rank }: Adapter, input: Tensor, way: DivisionWay | undefined): Tensor {
    const made = this.weights.besideAlone(this.ops.tape, a, this.affine(input, a, undefined, rank))
    return way === 'rows' ? summedUp(this.#pass, made) : made
  }

  /** `B` of that, which ranks divide if they divide the outputs. Frees the input. */
  #widened({ b }: Adapter, low: Tensor, outFeatures: number, way: DivisionWay | undefined): Tensor {
    const { tape } = this.ops
    const given = way === 'columns' ? sharedInput(this.#pass, low) : tape.alias(low)
    const high = this.affine(given, b, undefined, outFeatures)
    tape.free(low, given)
    return high
  }

  get #pass() {
    return { tape: this.ops.tape, ops: this.ops }
  }

  /** The product with the rank's part of a weight, and what the ranks exchange. */
  #divided(name: string, input: Tensor, weight: Tensor, outFeatures: number, way: DivisionWay): Tensor {
    const { tape } = this.ops
    const { ranks = 1, sumsInPlace = false, shares } = this.division ?? {}
    if (shares) return this.#ofShares(shares, name, input, weight, outFeatures, way)
    if (way === 'rejoined') {
      const output = this.#base(name, input, weight, outFeatures, this.autocast)
      const [kept = 0] = this.weights.shapeNamed(`${name.replace(/[^.]*$/, 'kv_a_layernorm')}.weight`)
      const rows = output.elements / outFeatures
      return rejoined(this.#pass, output, [rows * kept, rows * (outFeatures - kept)])
    }
    if (way === 'rows' || way === 'splitRows') {
      const given = way === 'rows' ? tape.alias(input) : ownPart(this.#pass, input, ranks)
      const part = sumsInPlace
        ? this.#summedInPlace(name, given, weight, outFeatures)
        : summedUp(this.#pass, this.#base(name, given, weight, outFeatures, this.autocast))
      tape.free(given)
      return part
    }
    const given = sharedInput(this.#pass, input)
    const own = way === 'columns' ? outFeatures : Math.ceil(outFeatures / ranks)
    const part = this.#base(name, given, weight, own, this.autocast)
    tape.free(given)
    return way === 'columns' ? part : gathered(this.#pass, part, (part.elements / own) * outFeatures, ranks)
  }

  /** The same where ranks have shares of each sequence. Norms have gathered what columns read, but not what the head reads. */
  #ofShares(
    shares: SequenceShares,
    name: string,
    input: Tensor,
    weight: Tensor,
    outFeatures: number,
    way: DivisionWay,
  ): Tensor {
    const { tape } = this.ops
    const adapter = this.weights.adapter(name)
    if (way === 'rows') {
      const base = this.#base(name, input, weight, outFeatures, this.autocast)
      const part = adapter ? adaptedRows(this, { adapter, input, base, outFeatures, shares }) : base
      return scatteredTokens(this.#pass, part, shares)
    }
    const given = way === 'gatheredColumns' ? gatheredTokens(this.#pass, input, shares) : tape.alias(input)
    const own = way === 'gatheredColumns' ? Math.ceil(outFeatures / shares.ranks) : outFeatures
    const base = this.#base(name, given, weight, own, this.autocast)
    const part = adapter ? adaptedColumns(this, { adapter, input: given, base, outFeatures: own, shares }) : base
    tape.free(given)
    return part
  }

  /** The tokens of all ranks, where ranks have shares of each sequence. Frees its input. */
  gathered(input: Tensor): Tensor {
    const { shares } = this.division ?? {}
    if (!shares) return input
    const whole = gatheredTokens(this.#pass, input, shares)
    this.ops.tape.free(input)
    return whole
  }

  /** A sum over its terms. A bias comes after it (`RowwiseParallel` of transformers 5.24). */
  #summedInPlace(name: string, input: Tensor, weight: Tensor, outFeatures: number): Tensor {
    const part = this.affine(input, weight, undefined, outFeatures)
    const bias = this.weights.find(`${name}.bias`)
    if (!bias) return part
    const sum = this.ops.add(part, bias)
    this.ops.tape.free(part)
    return sum
  }

  /** The product with a weight, with the bias in the same operation or added afterwards. */
  #base(name: string, input: Tensor, weight: Tensor, outFeatures: number, autocast: boolean): Tensor {
    const bias = this.weights.find(`${name}.bias`)
    // Heads are torch's own layers.
    const isHead = !name.includes('.')
    if (this.#linear === 'kernel' || isHead)
      return this.affine(input, weight, bias, outFeatures, autocast, this.savesInputs && (isHead || !this.hasConv1D))
    const transposed = autocast ? this.ops.to(weight, this.half) : this.ops.tape.alias(weight)
    const product = this.affine(input, transposed, undefined, outFeatures, autocast, false)
    this.ops.tape.free(transposed)
    if (!bias) return product
    const sum = this.ops.add(product, bias)
    this.ops.tape.free(product)
    return sum
  }

  /** Casts the adapter's output to the dtype of the base, and adds it. Frees both. */
  #sumInBase(base: Tensor, part: Tensor): Tensor {
    const narrow = this.ops.to(part, base.dtype)
    this.ops.tape.free(part)
    const sum = this.ops.add(base, narrow)
    this.ops.tape.free(base, narrow)
    return sum
  }

  /** The sum in the wider dtype, cast to the dtype of the base. Frees both. */
  #sumInWider(base: Tensor, part: Tensor): Tensor {
    const sum = this.ops.add(base, part)
    this.ops.tape.free(part, base)
    const output = this.ops.to(sum, base.dtype)
    this.ops.tape.free(sum)
    return output
  }
}
