import type { Shape } from '../architecture/index.js'
import { product } from '../architecture/safe-integer.js'

/** One parameter tensor, as an optimizer sees it. */
interface ParameterTensor {
  readonly elements: number
  /** Bytes of one element. */
  readonly width: number
  readonly shape: Shape
  /** Whether it belongs to a decoder layer, not to an embedding, the head or the last norm. */
  readonly isHidden: boolean
  /** Whether an optimizer of 8 bits keeps float32 states of it, as it does below 4,096 elements. */
  readonly isWide: boolean
}

/**
 * Moments of bitsandbytes, each a byte for each element and a float32 for each block of 256. Below 4,096 elements (`min_8bit_size`) they are
 * float32.
 */
const eightBit =
  (moments: number) =>
  (tensor: ParameterTensor): number =>
    (isNarrow(tensor) ? tensor.elements + 4 * Math.ceil(tensor.elements / 256) : 4 * tensor.elements) * moments

const isNarrow = ({ elements, isWide }: Pick<ParameterTensor, 'elements' | 'isWide'>): boolean =>
  elements >= SMALLEST_8BIT && !isWide

/** The same, of which CUDA pages the bytes of larger tensors to the CPU, which torch does not count. The float32 of each block stay. */
const eightBitPaged =
  (moments: number) =>
  (tensor: ParameterTensor): number => {
    if (tensor.elements < SMALLEST_PAGED) return eightBit(moments)(tensor)
    return isNarrow(tensor) ? 4 * Math.ceil(tensor.elements / 256) * moments : 0
  }

/** Moments in float32, whatever the parameter's type is. */
const wide =
  (moments: number) =>
  ({ elements }: ParameterTensor): number =>
    4 * moments * elements

/** The same, of which CUDA pages those of larger tensors. */
const widePaged =
  (moments: number) =>
  (tensor: ParameterTensor): number =>
    tensor.elements < SMALLEST_PAGED ? wide(moments)(tensor) : 0

/**
 * Two moments of torchao (`_new_buffer` of its `optim/adam.py`, 0.18): codes, a float32 for each block of 256, and a table of float32 for each
 * moment. Tensors below 4,096 elements, and those that blocks do not divide, have moments in the parameter's type.
 */
const blocks =
  (codeBytes: number, tableSize: number) =>
  (tensor: ParameterTensor): number =>
    isInBlocks(tensor.elements)
      ? 2 * (tensor.elements * codeBytes + 4 * (tensor.elements / 256) + 4 * tableSize)
      : adamw(tensor)

/** Whether torchao keeps the moments of a tensor in blocks. transformers passes blocks of 256 elements (`_get_torchao_optimizer`). */
export function isInBlocks(elements: number): boolean {
  return elements >= SMALLEST_8BIT && elements % 256 === 0
}

const adamw = ({ elements, width }: ParameterTensor): number => 2 * elements * width

/** `min_8bit_size` of bitsandbytes. */
const SMALLEST_8BIT = 4096

/** The smallest tensor whose states bitsandbytes pages (`get_state_buffer` of its `optimizer.py`). */
const SMALLEST_PAGED = 100_000

/** What an estimate knows of an optimizer. */
interface OptimizerFacts {
  /** The bytes that it keeps for one parameter tensor after its first step. */
  readonly stateBytes: (tensor: ParameterTensor) => number
  /** Kinds of moments of one byte, each of which has a table of 256 float32 that says what the bytes stand for. Default: 0. */
  readonly narrowMoments?: 1 | 2
  /** Whether torch computes its step in one of {@link OPTIMIZER_STEPS}, as the user chooses. */
  readonly hasSeveralSteps: boolean
  /** `replayed` if recorded steps hold it, `derived` if it only follows from the code of its library. */
  readonly confidence: 'replayed' | 'derived'
}

/** Every optimizer. To add one, add a row here and its step to `STEPS` in `replay/step/optimizer-step.ts`. */
const FACTS = {
  /** Two moments in the parameter's type (Loshchilov & Hutter 2017, arXiv:1711.05101). */
  adamw: { stateBytes: adamw, hasSeveralSteps: true, confidence: 'replayed' },
  /**
   * Two moments of one byte, and a float32 for each block of 256 elements. Below 4,096 elements both stay float32
   * (Dettmers et al. 2021, arXiv:2110.02861; `min_8bit_size` and `blocksize` of bitsandbytes).
   */
  'adamw-8bit': { stateBytes: eightBit(2), narrowMoments: 2, hasSeveralSteps: false, confidence: 'replayed' },
  /** The same in memory that CUDA pages to the CPU, which torch does not count; the float32 of each block stay on the GPU. */
  'adamw-8bit-paged': {
    stateBytes: eightBitPaged(2),
    narrowMoments: 2,
    hasSeveralSteps: false,
    confidence: 'replayed',
  },
  /** bitsandbytes' AdamW of 32 bits: two float32 moments, whatever the parameter's type. */
  'adamw-32bit': { stateBytes: wide(2), hasSeveralSteps: false, confidence: 'derived' },
  /** The same in memory that CUDA pages to the CPU (`PagedAdamW`, `paged_adamw_32bit`). */
  'adamw-32bit-paged': { stateBytes: widePaged(2), hasSeveralSteps: false, confidence: 'derived' },
  /** torchao's AdamW with moments of one byte (`adamw_torch_8bit` of transformers). */
  'adamw-8bit-torchao': { stateBytes: blocks(1, 256), hasSeveralSteps: false, confidence: 'derived' },
  /** With moments of half a byte (`adamw_torch_4bit`). */
  'adamw-4bit-torchao': { stateBytes: blocks(0.5, 16), hasSeveralSteps: false, confidence: 'derived' },
  /** With moments in FP8 (`ao_adamw_fp8` of axolotl), which need no table. */
  'adamw-fp8-torchao': { stateBytes: blocks(1, 0), hasSeveralSteps: false, confidence: 'derived' },
  /** bitsandbytes' AdEMAMix: two averages of gradients and one of their squares (Pagliardini et al. 2024, arXiv:2409.03137). */
  'ademamix-32bit': { stateBytes: wide(3), hasSeveralSteps: false, confidence: 'derived' },
  /** The same in memory that CUDA pages to the CPU. */
  'ademamix-32bit-paged': { stateBytes: widePaged(3), hasSeveralSteps: false, confidence: 'derived' },
  /** The same of one byte for each. */
  'ademamix-8bit': { stateBytes: eightBit(3), narrowMoments: 2, hasSeveralSteps: false, confidence: 'derived' },
  /** The same in memory that CUDA pages to the CPU. */
  'ademamix-8bit-paged': {
    stateBytes: eightBitPaged(3),
    narrowMoments: 2,
    hasSeveralSteps: false,
    confidence: 'derived',
  },
  /**
   * For a matrix one float32 per row and per column, otherwise one per element (Shazeer & Stern 2018, arXiv:1804.04235), and the
   * root mean square of the tensor, as transformers keeps it.
   */
  adafactor: {
    stateBytes: ({ elements, shape }) => {
      const [columns, rows] = [shape.at(-1) ?? 1, shape.at(-2) ?? 1]
      return 4 + (shape.length < 2 ? 4 * elements : 4 * (elements / columns + elements / rows))
    },
    hasSeveralSteps: false,
    confidence: 'replayed',
  },
  /** One moment in the parameter's type (Chen et al. 2023, arXiv:2302.06675), as in `lion-pytorch`. */
  lion: { stateBytes: ({ elements, width }) => elements * width, hasSeveralSteps: false, confidence: 'replayed' },
  /** The same of bitsandbytes 0.50 and of transformers' `lion_32bit`: the moment is a float32, whatever the parameter's type. */
  'lion-32bit': { stateBytes: wide(1), hasSeveralSteps: false, confidence: 'replayed' },
  /** The moment in one byte (transformers' `lion_8bit`). */
  'lion-8bit': { stateBytes: eightBit(1), narrowMoments: 1, hasSeveralSteps: false, confidence: 'replayed' },
  /** The same two in memory that CUDA pages to the CPU. */
  'lion-32bit-paged': { stateBytes: widePaged(1), hasSeveralSteps: false, confidence: 'derived' },
  'lion-8bit-paged': { stateBytes: eightBitPaged(1), narrowMoments: 1, hasSeveralSteps: false, confidence: 'derived' },
  /** Plain gradient descent has no state. */
  sgd: { stateBytes: () => 0, hasSeveralSteps: true, confidence: 'replayed' },
  /**
   * One moment in the parameter's type for the matrices of decoder layers, and AdamW's two for everything else (Jordan et al.
   * 2024, kellerjordan.github.io/posts/muon; `torch.optim.Muon` takes matrices only).
   */
  muon: {
    stateBytes: (tensor) => (isOrthogonalised(tensor) ? tensor.elements * tensor.width : adamw(tensor)),
    hasSeveralSteps: true,
    confidence: 'replayed',
  },
} as const satisfies Readonly<Record<string, OptimizerFacts>>

/** Whether Muon makes the update of a tensor orthogonal. */
export function isOrthogonalised({ shape, isHidden }: Pick<ParameterTensor, 'shape' | 'isHidden'>): boolean {
  return shape.length === 2 && isHidden
}

/** The supported optimizers. */
export type Optimizer = keyof typeof FACTS

/** Every {@link Optimizer}. */
export const OPTIMIZERS = Object.keys(FACTS) as readonly Optimizer[]

/** Bytes that an optimizer keeps for one parameter tensor, given the bytes of one element. */
export function stateBytes(
  optimizer: Optimizer,
  shape: Shape,
  width: number,
  { isHidden = true, isWide = false }: Partial<Pick<ParameterTensor, 'isHidden' | 'isWide'>> = {},
): number {
  return FACTS[optimizer].stateBytes({ elements: product(shape), width, shape, isHidden, isWide })
}

/** The bytes of the tables that all states of one byte share, if there are such states for a tensor (`fill_qmap` of bitsandbytes 0.50). */
export function tableBytes(optimizer: Optimizer, shape: Shape, isWide: boolean): number {
  return isNarrow({ elements: product(shape), isWide }) ? 4 * 256 * narrowMoments(optimizer) : 0
}

/** Whether the states of an optimizer have 8 bits. */
export function hasNarrowStates(optimizer: Optimizer): boolean {
  return narrowMoments(optimizer) > 0
}

function narrowMoments(optimizer: Optimizer): number {
  const facts: OptimizerFacts = FACTS[optimizer]
  return facts.narrowMoments ?? 0
}

/** How the step of an optimizer is computed. */
export const OPTIMIZER_STEPS = ['foreach', 'fused', 'for-loop', 'in-backward'] as const

/** One {@link OPTIMIZER_STEPS}. */
export type OptimizerStep = (typeof OPTIMIZER_STEPS)[number]

/** Whether torch has several implementations of the step of an optimizer. */
export function hasSeveralSteps(optimizer: Optimizer): boolean {
  return FACTS[optimizer].hasSeveralSteps
}

/** How the states of an optimizer are known. */
export function confidenceOfStates(optimizer: Optimizer): OptimizerFacts['confidence'] {
  return FACTS[optimizer].confidence
}
