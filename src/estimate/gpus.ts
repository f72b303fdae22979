const MIB = 2 ** 20

/** A GPU that plans are made for. */
export interface Gpu {
  /** What it is called here: `h100-80gb`. */
  readonly name: string
  /** Bytes that a process can have of it, as the driver reports them: less than the name says. */
  readonly memoryBytes: number
}

/**
 * Memory of GPUs in MiB, as `nvidia-smi` and `rocm-smi` show it: the `Total` of `nvidia-smi -q -d MEMORY`, firmware and
 * error correction taken off. It is less than the name says: the "80 GB" of an A100 are 81,920 MiB of which `nvidia-smi`
 * shows all, and the "24 GB" of an A10G, with error correction, 23,028 MiB. Figures from published `nvidia-smi` outputs and
 * the makers' data sheets; a driver's version moves them by some MiB.
 */
const GPU_MIB: Readonly<Record<string, number>> = {
  't4-16gb': 15_360,
  'v100-16gb': 16_384,
  'v100-32gb': 32_768,
  'rtx3090-24gb': 24_576,
  'rtx4090-24gb': 24_564,
  'rtx5090-32gb': 32_607,
  'l4-24gb': 23_034,
  'a10g-24gb': 23_028,
  'a40-48gb': 46_068,
  'a6000-48gb': 49_140,
  'l40s-48gb': 46_068,
  'a100-40gb': 40_960,
  'a100-80gb': 81_920,
  'h100-80gb': 81_559,
  'h100-nvl-94gb': 95_830,
  'h200-141gb': 143_771,
  'b200-180gb': 183_359,
  'mi300x-192gb': 196_592,
}

/** The GPUs that are known by name. */
export const GPUS: readonly Gpu[] = Object.entries(GPU_MIB).map(([name, mib]) => ({ name, memoryBytes: mib * MIB }))

/** A name of {@link GPUS}, its family where that is one GPU (`h100`), or a GPU of one's own. */
export type GpuChoice = string | Gpu

/** The GPU of plans that name none: 80 GB, as the fewest of that kind have them. */
export const DEFAULT_GPU = 'h100-80gb'

/**
 * The GPU of a name: whole (`a100-40gb`), its beginning where one alone begins so (`l4`), or its size (`80GB`, `141 GiB`).
 *
 * @throws RangeError for a name that is not known, with the names that are, and for a size that is none
 * @example
 * ```ts
 * gpuOf('h100-80gb').memoryBytes // 85520809984
 * ```
 */
export function gpuOf(choice: GpuChoice): Gpu {
  if (typeof choice !== 'string') return checked(choice)
  const asked = choice.trim().toLowerCase()
  const exact = GPUS.find(({ name }) => name === asked)
  if (exact) return exact
  const size = SIZE.exec(asked)
  if (size) return checked({ name: choice.trim(), memoryBytes: Number(size[1]) * (size[2] === 'gib' ? 2 ** 30 : 1e9) })
  const [first, ...others] = GPUS.filter(({ name }) => name.startsWith(`${asked}-`))
  if (first && others.length === 0) return first
  const near = first ? [first, ...others] : GPUS
  throw new RangeError(
    `The GPU ${JSON.stringify(choice)} is not ${first ? 'one alone' : 'known'}; known are ${near.map(({ name }) => name).join(', ')}, and a size such as 80GB`,
  )
}

const SIZE = /^(\d{1,6}(?:\.\d{1,3})?) ?(gb|gib)$/

function checked(gpu: Gpu): Gpu {
  if (Number.isFinite(gpu.memoryBytes) && gpu.memoryBytes > 0) return gpu
  throw new RangeError(`memoryBytes is ${gpu.memoryBytes}, and should be more than 0`)
}
