import type { Architecture, Module } from '../../architecture/index.js'
import { type AttentionKernel, attend } from './attention.js'
import type { ComputeDtype } from './dtype.js'
import type { Layers } from './layers.js'
import { causalLoss } from './loss.js'
import { mlp } from './mlp.js'
import type { Tensor } from './tape.js'
import type { ForwardTraits } from './traits.js'

/** One micro-batch, and how it is computed. */
export interface StepOptions {
  readonly batch: number
  readonly sequence: number
  readonly checkpointing: boolean
  readonly kernel: AttentionKernel
  readonly computeDtype: ComputeDtype
  readonly traits: ForwardTraits
}

/** A decoder-only language model on its way through one forward pass. */
export class Decoder {
  readonly #layers: Layers
  readonly #options: StepOptions
  readonly #architecture: Architecture
  readonly #prefix: string
  readonly #base: Module
  #rotary: { cos: Tensor; sin: Tensor } | undefined

  constructor(architecture: Architecture, layers: Layers, options: StepOptions) {
    this.#layers = layers
    this.#options = options
    this.#architecture = architecture
    const [prefix = '', base = architecture.root] = Object.entries(architecture.root.children ?? {})[0] ?? []
    this.#prefix = prefix
    this.#base = base
  }

  /** The loss of a micro-batch; everything but what backward needs is freed on the way. */
  loss(): Tensor {
    const { tape } = this.#layers.ops
    const { batch, sequence } = this.#options
    const { hidden, positions } = this.#hidden()
    const logits = this.#head(hidden)
    if (positions) tape.free(positions)
    const loss = causalLoss(this.#layers, logits, batch, sequence)
    tape.free(logits, hidden)
    this.#layers.endAutocast()
    return loss
  }

  #name(...parts: (string | number)[]): string {
    return [this.#prefix, ...parts].join('.')
  }

  #hidden(): { hidden: Tensor; positions: Tensor | undefined } {
    const { ops } = this.#layers
    const { tape } = ops
    const { batch, sequence, traits } = this.#options
    let hidden = this.#embedding()
    const positions = tape.tensor(sequence, 'int64', 'arange')
    this.#rotary = this.#rotaryTables(hidden.dtype)
    if (traits.scaledEmbedding) {
      const scaled = ops.scale(hidden)
      tape.free(hidden)
      hidden = scaled
    }
    const items = this.#base.children?.['layers']?.items ?? []
    const layerOf = new Map(items.flatMap(({ indices, module }) => indices.map((index) => [index, module] as const)))
    for (let index = 0; index < layerOf.size; index += 1) {
      const module = layerOf.get(index)
      if (!module) continue
      const input = hidden
      const run = () => this.#layer(index, module, input)
      hidden = this.#options.checkpointing ? tape.checkpoint([input, ...this.#tables()], run) : run()
      tape.free(input)
    }
    const normal = this.#norm(this.#name('norm'), hidden)
    tape.free(hidden, positions, ...this.#tables())
    void batch
    return { hidden: normal, positions: undefined }
  }

  #tables(): Tensor[] {
    return this.#rotary ? [this.#rotary.cos, this.#rotary.sin] : []
  }

  #embedding(): Tensor {
    const { ops, weights, tokens } = this.#layers
    const { tape } = ops
    const table = weights.get(this.#name('embed_tokens', 'weight'))
    return tape.record(
      [table],
      {},
      () => tape.tensor(tokens * this.#architecture.dimensions.hiddenSize, table.dtype, 'embedding'),
      () => [ops.gradient(table.elements, table.dtype, 'embedding_dense_backward')],
    )
  }

  /** Cosines and sines of all positions, made in float32 and kept in the model's type for all layers. */
  #rotaryTables(dtype: ComputeDtype): { cos: Tensor; sin: Tensor } {
    const { tape } = this.#layers.ops
    const { sequence, traits } = this.#options
    const elements = sequence * (traits.rotaryDim ?? this.#headDim())
    const angles = tape.tensor(elements, 'float32', 'cat')
    const wide = [tape.tensor(elements, 'float32', 'mul'), tape.tensor(elements, 'float32', 'mul')]
    tape.free(angles)
    const [cos, sin] = wide.map((table) => this.#layers.ops.to(table, dtype))
    tape.free(...wide)
    if (!cos || !sin) throw new Error('there are two tables')
    return { cos, sin }
  }

  #headDim(): number {
    const { headDim, hiddenSize, heads } = this.#architecture.dimensions
    return headDim ?? hiddenSize / heads
  }

  #layer(index: number, module: Module, input: Tensor): Tensor {
    const { ops } = this.#layers
    const { tape } = ops
    const name = (part: string) => this.#name('layers', index, part)
    const has = (part: string) => module.children?.[part] !== undefined
    const sandwich = has('pre_feedforward_layernorm')

    const normal = this.#norm(name('input_layernorm'), input)
    let attended = this.#attention(name('self_attn'), module.children?.['self_attn'], normal, index)
    tape.free(normal)
    if (sandwich) attended = this.#replaced(attended, this.#norm(name('post_attention_layernorm'), attended))
    const middle = ops.add(input, attended)
    tape.free(attended)

    const second = this.#norm(name(sandwich ? 'pre_feedforward_layernorm' : 'post_attention_layernorm'), middle)
    const block = has('mlp') ? 'mlp' : 'block_sparse_moe'
    let fed = mlp(this.#layers, name(block), module.children?.[block], second, this.#options.traits)
    tape.free(second)
    if (sandwich) fed = this.#replaced(fed, this.#norm(name('post_feedforward_layernorm'), fed))
    const output = ops.add(middle, fed)
    tape.free(middle, fed)
    return output
  }

  #replaced(old: Tensor, made: Tensor): Tensor {
    this.#layers.ops.tape.free(old)
    return made
  }

  #norm(name: string, input: Tensor): Tensor {
    return this.#options.traits.norm === 'gemma' ? this.#layers.gemmaNorm(name, input) : this.#layers.rmsNorm(name, input)
  }

  #attention(name: string, module: Module | undefined, input: Tensor, index: number): Tensor {
    const { ops } = this.#layers
    const { tape } = ops
    const { kernel, traits, batch, sequence, computeDtype } = this.#options
    const { heads, kvHeads, hiddenSize, windowTokens } = this.#architecture.dimensions
    const headDim = this.#headDim()
    const [queryRaw, keyRaw, value] = this.#projections(name, module, input, heads * headDim, kvHeads * headDim)
    const query = this.#turned(queryRaw)
    const key = this.#turned(keyRaw)
    tape.free(queryRaw, keyRaw)
    const inputs = [query, key, value].map((tensor) => this.#layers.halved(tensor, computeDtype))
    const [q = query, k = key, v = value] = inputs
    const masked = windowTokens !== undefined && sequence > windowTokens && traits.sliding(index)
    tape.free(query, key, value)
    const out = attend(this.#layers, q, k, v, {
      batch,
      sequence,
      heads,
      kvHeads,
      headDim,
      kernel: traits.softCap ? 'eager' : kernel,
      dtype: computeDtype,
      softCap: traits.softCap,
      masked: masked || (traits.softCap === true),
    })
    tape.free(...inputs)
    const projected = this.#layers.linear(`${name}.o_proj`, out, hiddenSize)
    tape.free(out)
    return projected
  }

  #projections(name: string, module: Module | undefined, input: Tensor, queries: number, keys: number): [Tensor, Tensor, Tensor] {
    const { ops } = this.#layers
    if (module?.children?.['qkv_proj']) {
      const { tape, } = ops
      const fused = this.#layers.linear(`${name}.qkv_proj`, input, queries + 2 * keys)
      const share = (features: number) => ops.slice(fused, (fused.elements * features) / (queries + 2 * keys))
      const parts: [Tensor, Tensor, Tensor] = [share(queries), share(keys), share(keys)]
      tape.free(fused)
      return parts
    }
    const query = this.#exchanged(this.#layers.linear(`${name}.q_proj`, input, queries))
    const key = this.#exchanged(this.#layers.linear(`${name}.k_proj`, input, keys))
    return [query, key, this.#layers.linear(`${name}.v_proj`, input, keys)]
  }

  #exchanged(tensor: Tensor): Tensor {
    return this.#replaced(tensor, this.#layers.ops.exchanged(tensor))
  }

  #turned(tensor: Tensor): Tensor {
    if (!this.#rotary) return this.#layers.ops.tape.alias(tensor)
    return this.#layers.rotary(tensor, this.#rotary.cos, this.#rotary.sin)
  }

  #head(hidden: Tensor): Tensor {
    const { ops } = this.#layers
    const logits = this.#layers.linear('lm_head', hidden, this.#architecture.dimensions.vocabSize)
    if (!this.#options.traits.logitCap) return logits
    const divided = this.#replaced(logits, ops.scale(logits))
    const bent = this.#replaced(divided, ops.elementwise(divided, 'tanh', 'output'))
    return this.#replaced(bent, ops.scale(bent))
  }
}
