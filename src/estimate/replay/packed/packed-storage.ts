import type { Shape } from '../../../architecture/index.js'

/** How the weights of linear layers are stored if not in 16 or 32 bits. */
export const PACKED_STORAGES = ['nf4', 'nf4-double', 'int8', 'gptq', 'awq', 'fp8'] as const

/** One {@link PACKED_STORAGES}. */
export type PackedStorage = (typeof PACKED_STORAGES)[number]

interface Storage {
  /** Bytes of a weight of `[out, in]`, with its scales. */
  readonly bytes: (elements: number, shape: Shape) => number
  /** The scales that a kernel unpacks before the weight: elements of float32, each made twice. */
  readonly scales: (elements: number) => number
  /** torch's or the library's name of the kernel. */
  readonly kernel: string
}

/** Elements that share a scale, and scales that share a second scale: the defaults of bitsandbytes for NF4. */
const BLOCK = 64
const BLOCK_OF_SCALES = 256

/** Elements that share a scale in GPTQ and AWQ: `group_size` of nearly all published checkpoints. */
const GROUP = 128

/** Rows and columns that share a scale in DeepSeek's FP8 checkpoints. */
const SIDE = 128

/** Float32 values stored with each NF4 weight: the code table, and with double quantisation its table and the offset of the scales. */
const CODE = 16
const NESTED = 256 + 1

const blocksOf = (elements: number): number => Math.ceil(elements / BLOCK)
const inFeatures = (shape: Shape): number => shape.at(-1) ?? 1

const STORAGES: Readonly<Record<PackedStorage, Storage>> = {
  /** Half a byte for each element and a float32 for each 64 (Dettmers et al. 2023, arXiv:2305.14314; bitsandbytes 0.50). */
  nf4: {
    bytes: (elements) => Math.ceil(elements / 2) + 4 * (blocksOf(elements) + CODE),
    scales: () => 0,
    kernel: 'dequantize_4bit',
  },
  /** The same with double quantisation: a byte for each 64 elements, a float32 for each 256 of these bytes. */
  'nf4-double': {
    bytes: (elements) =>
      Math.ceil(elements / 2) +
      blocksOf(elements) +
      4 * (Math.ceil(blocksOf(elements) / BLOCK_OF_SCALES) + CODE + NESTED),
    // The scales come first, twice, because an offset is added.
    scales: blocksOf,
    kernel: 'dequantize_4bit',
  },
  /** LLM.int8(): a byte for each element, a float32 for each row (Dettmers et al. 2022, arXiv:2208.07339). */
  int8: {
    bytes: (elements, shape) => elements + (4 * elements) / inFeatures(shape),
    scales: () => 0,
    kernel: 'int8_vectorwise_dequant',
  },
  /**
   * Half a byte for each element; for each group of 128 a float16 scale and half a byte; an int32 for each input feature, its
   * group (`qweight`, `scales`, `qzeros` and `g_idx` of AutoGPTQ and GPTQModel).
   */
  gptq: {
    bytes: (elements, shape) => elements / 2 + (2.5 * elements) / GROUP + 4 * inFeatures(shape),
    scales: () => 0,
    kernel: 'dequant248',
  },
  /** The same without the groups of features (`WQLinear_GEMM` of AutoAWQ). */
  awq: {
    bytes: (elements) => elements / 2 + (2.5 * elements) / GROUP,
    scales: () => 0,
    kernel: 'awq_dequantize',
  },
  /** A byte for each element, a float32 for each 128 rows and columns (DeepSeek-V3). */
  fp8: {
    bytes: (elements, shape) =>
      elements + 4 * Math.ceil(inFeatures(shape) / SIDE) * Math.ceil(elements / inFeatures(shape) / SIDE),
    scales: () => 0,
    kernel: 'weight_dequant',
  },
}

/** Bytes of an element in a packed weight without its scales, which FSDP does not share. */
export function packedWidth(storage: PackedStorage): number {
  return storage === 'int8' || storage === 'fp8' ? 1 : 0.5
}

/** The bytes of a stored weight, with its scales. */
export function storedBytes(storage: PackedStorage, elements: number, shape: Shape): number {
  return Math.ceil(STORAGES[storage].bytes(elements, shape))
}

/** What a library makes when it unpacks a weight: so many float32 scales first, twice, and the kernel's name. */
export function unpacking(
  storage: PackedStorage,
  elements: number,
): { readonly scales: number; readonly kernel: string } {
  const { scales, kernel } = STORAGES[storage]
  return { scales: scales(elements), kernel }
}
