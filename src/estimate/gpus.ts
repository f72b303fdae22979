import { checkValue, nested, number, type OptionTable, oneOf, required, text } from '../options/index.js'

const MIB = 2 ** 20

/** A GPU to plan for. */
export interface Gpu {
  /** Its name in this library: `h100-80gb`. */
  readonly name: string
  /** The product name that the driver reports. */
  readonly product?: string
  /** Bytes that a process can use, as the driver reports them: less than the name says. */
  readonly memoryBytes: number
}

/**
 * Memory in MiB beside the product name, both as the driver reports them: the right-hand number of `Memory-Usage` in
 * `nvidia-smi`, and `VRAM Total Memory` of `rocm-smi --showmeminfo vram`. Memory for firmware and for error correction (if
 * enabled) is already subtracted: the "24 GB" of an A10G are 23,028 MiB; an A40 without error correction has 49,140. Each
 * figure is from published outputs for the product name; those of T4, L4, A10, L40S, A100, H100 and H200 are
 * also in thundergolfer.com/blog/nvidia-gpu-memory-capacity. Driver versions differ by some MiB: a 16 GB V100 has 16,160 with
 * older drivers.
 */
const GPU_MIB: Readonly<Record<string, readonly [mib: number, product: string]>> = {
  't4-16gb': [15_360, 'Tesla T4'],
  'v100-16gb': [16_384, 'Tesla V100-SXM2-16GB'],
  'v100-32gb': [32_768, 'Tesla V100-SXM2-32GB'],
  'rtx3090-24gb': [24_576, 'NVIDIA GeForce RTX 3090'],
  'rtx4090-24gb': [24_564, 'NVIDIA GeForce RTX 4090'],
  'rtx5090-32gb': [32_607, 'NVIDIA GeForce RTX 5090'],
  'l4-24gb': [23_034, 'NVIDIA L4'],
  'a10g-24gb': [23_028, 'NVIDIA A10G'],
  'a40-48gb': [46_068, 'NVIDIA A40'],
  'a6000-48gb': [49_140, 'NVIDIA RTX A6000'],
  'l40s-48gb': [46_068, 'NVIDIA L40S'],
  'a100-40gb': [40_960, 'NVIDIA A100-SXM4-40GB'],
  'a100-80gb': [81_920, 'NVIDIA A100-SXM4-80GB'],
  'h100-80gb': [81_559, 'NVIDIA H100 80GB HBM3'],
  'h100-nvl-94gb': [95_830, 'NVIDIA H100 NVL'],
  'h200-141gb': [143_771, 'NVIDIA H200'],
  'b200-180gb': [183_359, 'NVIDIA B200'],
  'mi300x-192gb': [196_592, 'AMD Instinct MI300X'],
}

/** The known GPUs, by name. */
export const GPUS: readonly Gpu[] = Object.entries(GPU_MIB).map(([name, [mib, product]]) => ({
  name,
  product,
  memoryBytes: mib * MIB,
}))

/** A name from {@link GPUS}, the beginning of a name if it is unique (`l4`), a size (`80GB`), or a GPU of your own. */
export type GpuChoice = string | Gpu

const GPU: OptionTable<Gpu> = { name: required(text), product: text, memoryBytes: required(number(1)) }

/** The check for an option that names a GPU. */
export const GPU_CHOICE = oneOf(text, nested(GPU))

/** The default GPU. Of the GPUs sold as 80 GB it has the least memory. */
export const DEFAULT_GPU = 'h100-80gb'

/**
 * Finds a GPU by its full name (`a100-40gb`), a unique beginning of a name (`l4`), or a size (`80GB`, `141 GiB`).
 *
 * @throws RangeError for an unknown name, with the known names, and for an invalid size
 * @throws TypeError for a value that is neither a name nor a GPU
 * @example
 * ```ts
 * gpuOf('h100-80gb').memoryBytes // 85520809984
 * ```
 */
export function gpuOf(choice: GpuChoice): Gpu {
  checkValue(GPU_CHOICE, choice, 'gpu')
  if (typeof choice !== 'string') return choice
  const asked = choice.trim().toLowerCase()
  const exact = GPUS.find(({ name }) => name === asked)
  if (exact) return exact
  const size = SIZE.exec(asked)
  if (size) return checked({ name: choice.trim(), memoryBytes: Number(size[1]) * (size[2] === 'gib' ? 2 ** 30 : 1e9) })
  const [first, ...others] = GPUS.filter(({ name }) => name.startsWith(`${asked}-`))
  if (first && others.length === 0) return first
  const near = first ? [first, ...others] : GPUS
  throw new RangeError(
    `${first ? 'ambiguous' : 'unknown'} GPU ${JSON.stringify(choice)}; expected one of ${near.map(({ name }) => name).join(', ')}, or a size such as 80GB`,
  )
}

const SIZE = /^(\d{1,6}(?:\.\d{1,3})?) ?(gb|gib)$/

function checked(gpu: Gpu): Gpu {
  if (Number.isFinite(gpu.memoryBytes) && gpu.memoryBytes > 0) return gpu
  throw new RangeError(`\`memoryBytes\` should be more than 0, not ${gpu.memoryBytes}`)
}
