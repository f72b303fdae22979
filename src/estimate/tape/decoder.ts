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
  /** Whether keys and values are kept for the tokens to come. */
  readonly cache: boolean
}

/** A decoder-only language model on its way through one forward pass. */
export class Decoder {
  readonly #layers: Layers
  readonly #options: StepOptions
  readonly #architecture: Architecture
  readonly #prefix: string
  readonly #base: Module
  #rotary: { cos: Tensor; sin: Tensor } | undefined
  #mask: Tensor | undefined
  /** What eager attention returns beside its output: a layer holds it until it ends. */
  #attentionWeights: Tensor[] = []
  /** What is the same for all layers, and kept by those that run twice. */
  #shared: Tensor[] = []

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
    const hidden = this.#hidden()
    const logits = this.#head(hidden)
    const loss = causalLoss(this.#layers, logits, batch, sequence)
    tape.free(logits, hidden)
    this.#layers.endAutocast()
    return loss
  }

  /** The logits of each sequence's last token, with the cache filled: a prefill. What it holds in the end is freed. */
  prefill(): void {
    const { ops } = this.#layers
    const { tape } = ops
    const hidden = this.#hidden()
    const last = { ...tape.alias(hidden), elements: this.#options.batch * this.#architecture.dimensions.hiddenSize }
    const logits = this.#head(last)
    tape.free(last, hidden, logits)
  }

  #name(...parts: (string | number)[]): string {
    return [this.#prefix, ...parts].join('.')
  }

  /** The last hidden states, normalised. */
  #hidden(): Tensor {
    const { ops } = this.#layers
    const { tape } = ops
    const { batch, sequence, traits } = this.#options
    const embedded = this.#embedding()
    const positions = tape.tensor(sequence, 'int64', 'arange')
    const masks = Array.from({ length: this.#maskCount() }, () =>
      tape.tensor(batch * sequence * sequence, embedded.dtype, 'where'),
    )
    this.#mask = masks[0]
    this.#rotary = this.#rotaryTables(embedded.dtype)
    this.#shared = [positions, ...masks, this.#rotary.cos, this.#rotary.sin]
    let hidden = traits.scaledEmbedding ? ops.scale(embedded) : tape.alias(embedded)
    for (const [index, module] of this.#items()) {
      const input = hidden
      const run = () => {
        this.#attentionWeights = []
        return this.#layer(index, module, input)
      }
      hidden = this.#options.checkpointing ? tape.checkpoint([input, ...this.#shared], run) : run()
      tape.free(input)
    }
    const normal = this.#norm(this.#name('norm'), hidden)
    tape.free(hidden, embedded, ...this.#shared)
    return normal
  }

  /** Eager attention adds a mask to its scores: one for all layers, and one more where some attend through a window. */
  #maskCount(): number {
    const { traits, kernel } = this.#options
    if (kernel !== 'eager' && !traits.softCap) return 0
    return this.#architecture.dimensions.windowTokens === undefined ? 1 : 2
  }

  #items(): [index: number, module: Module][] {
    const items = this.#base.children?.['layers']?.items ?? []
    const all = items.flatMap(({ indices, module }) => indices.map((index): [number, Module] => [index, module]))
    return all.sort(([a], [b]) => a - b)
  }

  #embedding(): Tensor {
    const { ops, weights, tokens } = this.#layers
    return ops.embedding(
      weights.get(this.#name('embed_tokens', 'weight')),
      tokens * this.#architecture.dimensions.hiddenSize,
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
    tape.free(middle, fed, ...this.#attentionWeights.splice(0))
    return output
  }

  #replaced(old: Tensor, made: Tensor): Tensor {
    this.#layers.ops.tape.free(old)
    return made
  }

  #norm(name: string, input: Tensor): Tensor {
    return this.#options.traits.norm === 'gemma'
      ? this.#layers.gemmaNorm(name, input)
      : this.#layers.rmsNorm(name, input)
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
    const [keys, values] = this.#options.cache ? [this.#cached(key), this.#cached(value)] : [key, value]
    if (this.#options.cache) tape.free(key, value)
    const inputs = [query, keys, values].map((tensor) => this.#layers.halved(tensor, computeDtype))
    const [q = query, k = keys, v = values] = inputs
    const masked = windowTokens !== undefined && sequence > windowTokens && traits.sliding(index)
    tape.free(query, keys, values)
    const out = attend(this.#layers, q, k, v, {
      batch,
      sequence,
      heads,
      kvHeads,
      headDim,
      kernel: traits.softCap ? 'eager' : kernel,
      dtype: computeDtype,
      softCap: traits.softCap,
      masked,
      ...(this.#mask && { mask: this.#mask }),
      exchanged: traits.partialRotary,
      keepWeights: (weights) => this.#attentionWeights.push(weights),
    })
    tape.free(...inputs)
    const projected = this.#layers.linear(`${name}.o_proj`, out, hiddenSize)
    tape.free(out)
    return projected
  }

  #projections(
    name: string,
    module: Module | undefined,
    input: Tensor,
    queries: number,
    keys: number,
  ): [Tensor, Tensor, Tensor] {
    const { ops } = this.#layers
    if (module?.children?.['qkv_proj']) {
      const { tape } = ops
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

  /** The cache takes a copy, and keeps it: a name of it stays with the cache for good. */
  #cached(tensor: Tensor): Tensor {
    const { tape } = this.#layers.ops
    const copy = tape.tensor(tensor.elements, tensor.dtype, 'cat', 'kvCache')
    return tape.alias(copy)
  }

  #exchanged(tensor: Tensor): Tensor {
    return this.#replaced(tensor, this.#layers.ops.exchanged(tensor))
  }

  #turned(tensor: Tensor): Tensor {
    if (!this.#rotary) return this.#layers.ops.tape.alias(tensor)
    const { cos, sin } = this.#rotary
    if (!this.#options.traits.partialRotary) return this.#layers.rotary(tensor, cos, sin)
    return this.#layers.partialRotary(
      tensor,
      cos,
      sin,
      (this.#options.traits.rotaryDim ?? this.#headDim()) / this.#headDim(),
    )
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
