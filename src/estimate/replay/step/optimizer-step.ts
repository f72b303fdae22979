import type { Shape } from '../../../architecture/index.js'
import { isInBlocks, isOrthogonalised, type Optimizer, type OptimizerStep } from '../../optimizers.js'
import { type ComputeDtype, DTYPE_BYTES } from '../dtype.js'
import type { MemoryLedger, Storage } from '../memory-ledger.js'
import type { Leaf } from '../tape.js'

/** An optimizer, and how its step is computed. */
export interface StepKind {
  readonly optimizer: Optimizer
  readonly step: OptimizerStep
  /** The share of a tensor that one rank updates. */
  readonly elementsOf: (leaf: Leaf) => number
  readonly dtypeOf: (leaf: Leaf) => ComputeDtype
}

/**
 * Replays the step of an optimizer on all parameters: what it allocates in addition to parameters, gradients and states, in the
 * order of torch's code (`torch/optim/adam.py` of 2.15, `transformers/optimization.py` of 4.57).
 */
export function optimizerStep(ledger: MemoryLedger, leaves: readonly Leaf[], kind: StepKind): void {
  ledger.phase = 'step'
  STEPS[kind.optimizer](ledger, leaves, kind)
}

/** The step of one parameter while backward runs. */
export function stepInBackward(ledger: MemoryLedger, leaf: Leaf, kind: StepKind): void {
  // An optimizer of one parameter picks torch's default for it, the list implementation.
  STEPS[kind.optimizer](ledger, [{ ...leaf, alike: 0 }], { ...kind, step: 'foreach' })
}

type Step = (ledger: MemoryLedger, leaves: readonly Leaf[], kind: StepKind) => void

/** The kernels of bitsandbytes change everything in place. */
const inPlace =
  (operation: string): Step =>
  (ledger) =>
    ledger.observe(operation)

/**
 * torchao's step, compiled for each parameter (`single_param_adam` of its `optim/adam.py`, 0.18): what the code that inductor writes for a GPU
 * allocates for each element whose moments are in blocks.
 */
const compiled =
  (bytesOfElement: (shape: Shape) => number): Step =>
  (ledger, leaves, { elementsOf }) => {
    for (const leaf of leaves) {
      const elements = elementsOf(leaf)
      const held = ledger.allocate(isInBlocks(elements) ? elements * bytesOfElement(leaf.shape) : 0)
      ledger.observe('single_param_adam')
      ledger.release(held)
    }
  }

/**
 * Parameters change in place. Of a gradient that a tensor-parallel rank has whole, the operation gets a copy of the rank's part, and of one that is
 * to be summed up the sum.
 */
const inPlaceOfParts =
  (operation: string): Step =>
  (ledger, leaves, { elementsOf, dtypeOf }) => {
    const parts = leaves.map((leaf) => {
      const own = elementsOf(leaf) * DTYPE_BYTES[dtypeOf(leaf)]
      const isWhole = leaf.isDivided && leaf.gradient && leaf.gradient.bytes > own
      return ledger.allocate(isWhole || (leaf.isSummed && !leaf.isSharded) ? own : 0)
    })
    ledger.observe(operation)
    for (const part of parts) ledger.release(part)
  }

const IN_8_BITS = 'optimizer_update_8bit_blockwise'
const IN_32_BITS = 'optimizer_update_32bit'

/** Whether rows are whole blocks of 256 elements, or blocks whole rows. */
function hasBlocksInRows(shape: Shape): boolean {
  const columns = shape.at(-1) ?? 1
  return columns % 256 === 0 || 256 % columns === 0
}

/** The scales of two moments, for each element. */
const SCALES = (2 * 4) / 256

const STEPS: Readonly<Record<Optimizer, Step>> = {
  adamw: (ledger, leaves, kind) => ADAMW[kind.step](ledger, leaves, kind),
  'adamw-8bit': inPlace(IN_8_BITS),
  'adamw-8bit-paged': inPlace(IN_8_BITS),
  'adamw-32bit': inPlace(IN_32_BITS),
  'adamw-32bit-paged': inPlace(IN_32_BITS),
  // One kernel, if it can go over rows and blocks at once. Otherwise both moments exist in float32 between two kernels.
  'adamw-8bit-torchao': compiled((shape) => (hasBlocksInRows(shape) ? 0 : SCALES + 2 * 4)),
  'adamw-fp8-torchao': compiled(() => SCALES),
  // Two codes are one byte: both moments exist in float32, and their codes as int64, before they are packed.
  'adamw-4bit-torchao': compiled(() => SCALES + 2 * (4 + 8)),
  'ademamix-32bit': inPlace(IN_32_BITS),
  'ademamix-32bit-paged': inPlace(IN_32_BITS),
  'ademamix-8bit': inPlace(IN_8_BITS),
  'ademamix-8bit-paged': inPlace(IN_8_BITS),
  lion,
  'lion-32bit': inPlace(IN_32_BITS),
  'lion-32bit-paged': inPlace(IN_32_BITS),
  'lion-8bit': inPlace(IN_8_BITS),
  'lion-8bit-paged': inPlace(IN_8_BITS),
  sgd: (ledger, leaves, kind) => {
    if (kind.step !== 'for-loop') return inPlaceOfParts('_foreach_add_')(ledger, leaves, kind)
    for (const leaf of leaves) inPlaceOfParts('add_')(ledger, [leaf], kind)
  },
  adafactor,
  muon: (ledger, leaves, kind) => {
    const matrices = leaves.filter((leaf) => isOrthogonalised({ shape: leaf.shape, isHidden: leaf.isHidden ?? false }))
    muon(ledger, matrices, kind)
    ADAMW[kind.step](
      ledger,
      leaves.filter((leaf) => !matrices.includes(leaf)),
      kind,
    )
  },
}

/** The implementations of AdamW in torch. */
const ADAMW: Readonly<Record<OptimizerStep, Step>> = {
  fused: inPlaceOfParts('_fused_adamw_'),
  foreach,
  'for-loop': forLoop,
  'in-backward': () => undefined,
}

/** `_multi_tensor_adam`: the roots of all second moments of one dtype at once. Those of the last dtype have a name until then. */
function foreach(ledger: MemoryLedger, leaves: readonly Leaf[], { elementsOf, dtypeOf }: StepKind): void {
  const bytes = new Map<string, number>()
  for (const leaf of leaves) {
    const dtype = dtypeOf(leaf)
    const own = elementsOf(leaf) * DTYPE_BYTES[dtype] * (1 + (leaf.alike ?? 0))
    bytes.set(dtype, (bytes.get(dtype) ?? 0) + own)
  }
  let before: Storage | undefined
  for (const size of bytes.values()) {
    const roots = ledger.allocate(size)
    ledger.observe('_foreach_sqrt')
    if (before) ledger.release(before)
    before = roots
  }
  if (before) ledger.release(before)
}

/** `_single_tensor_adam`: a root, and its quotient, beside the denominator of the parameter before. */
function forLoop(ledger: MemoryLedger, leaves: readonly Leaf[], { elementsOf, dtypeOf }: StepKind): void {
  let before: Storage | undefined
  for (const leaf of leaves) {
    const size = elementsOf(leaf) * DTYPE_BYTES[dtypeOf(leaf)]
    const root = ledger.allocate(size)
    ledger.observe('sqrt')
    const quotient = ledger.allocate(size)
    ledger.observe('div')
    ledger.release(root)
    if (before) ledger.release(before)
    before = quotient
  }
  if (before) ledger.release(before)
}

/**
 * transformers' `Adafactor.step`: for each parameter float32 copies of gradient and parameter, then the square of the gradient and its
 * sum with `eps` beside the update of the parameter before; at last two updates, or the update and its negative.
 */
function adafactor(ledger: MemoryLedger, leaves: readonly Leaf[], { elementsOf }: StepKind): void {
  let before: Storage | undefined
  for (const leaf of leaves) {
    const elements = elementsOf(leaf)
    const bytes = 4 * elements
    const copies = ledger.allocate(leaf.dtype === 'float32' ? 0 : 2 * bytes)
    const square = ledger.allocate(bytes)
    const sum = ledger.allocate(bytes)
    ledger.observe('add')
    ledger.release(square)
    if (before) ledger.release(before)
    const factors = ledger.allocate(4 * factorsOf(leaf, elements))
    before = ledger.allocate(bytes)
    ledger.observe('mul')
    for (const storage of [copies, sum, factors]) ledger.release(storage)
  }
  if (before) ledger.release(before)
}

/** `update_fn` of `lion-pytorch` 0.2.5: a copy of the moment, and its sum with the gradient, for each parameter. */
function lion(ledger: MemoryLedger, leaves: readonly Leaf[], { elementsOf, dtypeOf }: StepKind): void {
  for (const leaf of leaves) {
    const held = ledger.allocate(2 * elementsOf(leaf) * DTYPE_BYTES[dtypeOf(leaf)])
    ledger.observe('add')
    ledger.release(held)
  }
}

/** The means of rows and columns that stand for the second moments of matrices. */
function factorsOf({ shape }: Leaf, elements: number): number {
  if (shape.length < 2) return 0
  const [rows = 1, columns = 1] = shape.slice(-2)
  return elements / rows + elements / columns
}

/**
 * `torch.optim.Muon`: for each matrix its update, a bfloat16 copy of it and the next one, and two products of its shorter side
 * (Newton-Schulz).
 */
function muon(ledger: MemoryLedger, leaves: readonly Leaf[], { elementsOf }: StepKind): void {
  for (const leaf of leaves) {
    const elements = elementsOf(leaf)
    const [rows = 1, columns = 1] = leaf.shape
    const short = Math.min(rows, columns)
    const held = ledger.allocate(elements * DTYPE_BYTES[leaf.dtype] + 2 * (2 * elements + 2 * short * short))
    ledger.observe('addmm')
    ledger.release(held)
  }
}
