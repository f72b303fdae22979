import { checkValue, nested, number, type OptionTable, oneOf, required, text } from '../options/index.js'

const MIB = 2 ** 20
const GIB = 2 ** 30

/** A GPU to plan for. */
export interface Gpu {
  /** Its name in this library: `h100-80gb`. */
  readonly name: string
  /** The product name that the driver reports. */
  readonly product?: string
  /** Bytes that CUDA reports to a process: less than the driver reports, and less than the name says. */
  readonly memoryBytes: number
  /** Bytes that the driver reports, which some engines compute with. Default: `memoryBytes`. */
  readonly driverBytes?: number
}

/**
 * What CUDA reports to a process as the size of the card, in GiB (`torch.cuda.mem_get_info()[1]`, and "GPU 0 has a total capacity
 * of 79.22 GiB" in torch's out-of-memory error), then what the driver reports in MiB (`nvidia-smi`, `rocm-smi`), and the product.
 * The difference is what the driver keeps for itself; it grows with newer drivers by up to a percent, so that each row is
 * the figure that most published logs of the product have. Both figures leave out memory for firmware and for error correction.
 *
 * Sources, all published logs: V100-32, A100-40, H100 and Qwen's and vLLM's start-up logs (vllm-project/vllm issues 12330 and
 * 10511, "total_gpu_memory (31.74GiB)"); L4, A10 and A10G 22.03 to 22.30; T4 14.74 to 14.76; V100-16 15.77 to 15.78; RTX 3090 23.57 to
 * 23.69; RTX 4090 23.52 to 23.65; RTX 5090 31.35 to 31.37; A40 44.34 to 44.56; L40S 44.39 to 44.53; RTX A6000 47.40 to 47.54; A100-80
 * 79.14 to 79.35; H100 79.10 to 79.22; H100 NVL 93.09 to 93.12; H200 139.72 to 139.81; B200 178.35 to 178.37; MI300X 191.69 to 191.98:
 * torch's out-of-memory errors in public issues. The figures of the driver are also in
 * thundergolfer.com/blog/nvidia-gpu-memory-capacity.
 */
const GPU_SIZES: Readonly<Record<string, readonly [gib: number, driverMib: number, product: string]>> = {
  't4-16gb': [14.75, 15_360, 'Tesla T4'],
  'v100-16gb': [15.77, 16_384, 'Tesla V100-SXM2-16GB'],
  'v100-32gb': [31.74, 32_768, 'Tesla V100-SXM2-32GB'],
  'rtx3090-24gb': [23.69, 24_576, 'NVIDIA GeForce RTX 3090'],
  'rtx4090-24gb': [23.64, 24_564, 'NVIDIA GeForce RTX 4090'],
  'rtx5090-32gb': [31.36, 32_607, 'NVIDIA GeForce RTX 5090'],
  'l4-24gb': [22.06, 23_034, 'NVIDIA L4'],
  'a10-24gb': [22.06, 23_028, 'NVIDIA A10'],
  'a10g-24gb': [22.06, 23_028, 'NVIDIA A10G'],
  'a40-48gb': [44.43, 46_068, 'NVIDIA A40'],
  'a6000-48gb': [47.53, 49_140, 'NVIDIA RTX A6000'],
  'l40s-48gb': [44.39, 46_068, 'NVIDIA L40S'],
  'a100-40gb': [39.5, 40_960, 'NVIDIA A100-SXM4-40GB'],
  'a100-80gb': [79.25, 81_920, 'NVIDIA A100-SXM4-80GB'],
  'h100-80gb': [79.22, 81_559, 'NVIDIA H100 80GB HBM3'],
  'h100-nvl-94gb': [93.1, 95_830, 'NVIDIA H100 NVL'],
  'h200-141gb': [139.8, 143_771, 'NVIDIA H200'],
  'b200-180gb': [178.35, 183_359, 'NVIDIA B200'],
  'mi300x-192gb': [191.69, 196_592, 'AMD Instinct MI300X'],
}

/** The known GPUs, by name. */
export const GPUS: readonly Gpu[] = Object.entries(GPU_SIZES).map(([name, [gib, driverMib, product]]) => ({
  name,
  product,
  memoryBytes: Math.round(gib * GIB),
  driverBytes: driverMib * MIB,
}))

/** A name from {@link GPUS}, the beginning of a name if it is unique (`l4`), a size (`80GB`), or a GPU of your own. */
export type GpuChoice = string | Gpu

const GPU: OptionTable<Gpu> = {
  name: required(text),
  product: text,
  memoryBytes: required(number(1)),
  driverBytes: number(1),
}

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
 * gpuOf('h100-80gb').memoryBytes // 85061827297
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
