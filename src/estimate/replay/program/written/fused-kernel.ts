import { contiguous, isContiguous, type Layout, permuted } from '../../arrays/layout.js'
import { preserved, type Shaped } from '../../arrays/shaped.js'
import { DTYPE_BYTES } from '../../dtype.js'
import {
  type AttentionCall,
  efficientBackwardBytes,
  flashBackwardBytes,
} from '../../kernel-memory/attention-backward.js'
import type { WrittenRun } from './written-run.js'

/** What torch's kernel makes beside its output, and the memory order of its output and of its gradients. */
interface FusedKernel {
  readonly name: string
  /** Whether it needs a multiple of eight features, and pads others with zeros. */
  readonly pads: boolean
  /** Rows of the log-sum-exp; `hasLogs` says whether it is computed without gradients. */
  readonly rows: (queries: number) => number
  readonly hasLogs: boolean
  readonly seedBytes: number
  /** What its backward holds within itself, if so many of output and gradient have to be copied. */
  readonly backwardBytes: (call: AttentionCall, copies: number) => number
  readonly layout: (input: Layout) => Layout
}

const KERNELS: Readonly<Record<'flash' | 'efficient', FusedKernel>> = {
  flash: {
    name: '_scaled_dot_product_flash_attention',
    pads: true,
    rows: (queries) => queries,
    hasLogs: true,
    seedBytes: 16,
    backwardBytes: flashBackwardBytes,
    layout: preserved,
  },
  efficient: {
    name: '_scaled_dot_product_efficient_attention',
    pads: false,
    rows: (queries) => Math.ceil(queries / 32) * 32,
    hasLogs: false,
    seedBytes: 8,
    backwardBytes: efficientBackwardBytes,
    layout: ({ shape: [batch = 1, heads = 1, tokens = 1, size = 1] }) =>
      permuted(contiguous([batch, tokens, heads, size]), TOKENS_FIRST),
  },
}

/** `[batch, tokens, heads, features]`, as the kernels read it. */
const TOKENS_FIRST = [0, 2, 1, 3]

/** Flash attention supports at most so many features. */
const MOST_FEATURES = 256
const STEP = 8

/**
 * torch's fused attention without a mask, in the memory order that the kernel gives its output: flash attention in that of the queries, the
 * memory-efficient one with tokens before heads.
 *
 * @param query - `[batch, heads, tokens, features]`, like key and value
 */
export function fusedKernel(run: WrittenRun, query: Shaped, key: Shaped, value: Shaped): Shaped {
  const { arrays: a, isEfficient } = run
  const [, , , size = 1] = query.layout.shape
  const kernel = KERNELS[isEfficient || size > MOST_FEATURES ? 'efficient' : 'flash']
  const cast = (input: Shaped): Shaped => (a.layers.autocast ? a.to(input, a.layers.half) : input)
  const rest = kernel.pads ? (STEP - (size % STEP)) % STEP : 0
  const inputs = [query, key, value].map(cast).map((input) => (rest > 0 ? a.pad(input, -1, rest) : input))
  const made = attended(run, kernel, inputs)
  return rest > 0 ? a.slice(made, -1, size) : made
}

function attended({ arrays: a }: WrittenRun, kernel: FusedKernel, inputs: readonly Shaped[]): Shaped {
  const { tape } = a
  const { name, rows, hasLogs, seedBytes, backwardBytes, layout } = kernel
  const [query, key = query, value = query] = inputs
  if (!query || !key || !value) throw new Error('attention has queries')
  const [batch = 1, heads = 1, tokens = 1, headDim = 1] = query.layout.shape
  const [, kvHeads = 1, keys = 1] = key.layout.shape
  const logs = hasLogs || inputs.some(({ grad }) => grad) ? 4 * batch * heads * rows(tokens) : 0
  const extras = [logs, seedBytes, 8].map((bytes) => tape.tensor(bytes, 'bool', name))
  const { dtype, elements } = query
  const own = layout(query.layout)
  const output = tape.record(
    inputs,
    { before: inputs, after: (out) => [out.storage, ...extras.map(({ storage }) => storage)] },
    () => tape.tensor(elements, dtype, name),
    (_, __, arriving = own) => {
      const made = inputs.map((input) => tape.ledger.allocate(input.elements * DTYPE_BYTES[dtype]))
      const valueDim = value.layout.shape.at(-1) ?? 1
      const call = { batch, heads, kvHeads, queries: tokens, keys, headDim, valueDim, isWide: dtype === 'float32' }
      const copies = [own, arriving].filter((one) => !isContiguous(permuted(one, TOKENS_FIRST))).length
      tape.ledger.observe(`${name}_backward`, 0, backwardBytes(call, copies))
      return made.map((storage, index) => ({ storage, layout: layout((inputs[index] ?? query).layout), dtype }))
    },
  )
  tape.free(...extras)
  a.done(...inputs)
  return { ...output, layout: own, isNamed: false }
}
