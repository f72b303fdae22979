/** An H100 or H200: what `setReduceConfig` reads of the GPU. */
const MULTIPROCESSORS = 132
const THREADS_OF_MULTIPROCESSOR = 2048

/** `mnt_wrapper<T>::MAX_NUM_THREADS`. */
const MOST_THREADS = 512
const WARP = 32
/** `min_values_per_thread` and `max_values_per_thread`. */
const FEWEST_VALUES = 16
const MOST_VALUES = 256
/** Sums are computed in float32, and each block of outputs has a semaphore of as many bytes. */
const ACCUMULATED_BYTES = 4
/** Tensors with more bytes are summed in halves (`can_use_32bit_indexing`). */
const MOST_BYTES = 2 ** 31

/**
 * What CUDA's kernel holds to sum up the rows of a matrix, as for the gradient of a bias: partial sums of the blocks that share a column, if there are
 * many rows (`setReduceConfig`, `global_memory_size` and `semaphore_size` of `ATen/native/cuda/Reduce.cuh`, torch 2.11 and 2.15). The kernel
 * allocates partial sums for all columns once for each thread of a block, so that it can be 138 MB for a bias of 1,024 numbers.
 *
 * @param elementBytes - those of an element of the matrix
 */
export function rowsSumBytes(rows: number, columns: number, elementBytes: number): number {
  if (rows * columns * elementBytes > MOST_BYTES) {
    const parts = 2 ** Math.ceil(Math.log2((rows * columns * elementBytes) / MOST_BYTES))
    const sums = elementBytes < ACCUMULATED_BYTES ? columns * ACCUMULATED_BYTES : 0
    return sums + rowsSumBytes(Math.ceil(rows / parts), columns, 0)
  }
  const vector = columns % 4 === 0 ? 4 : columns % 2 === 0 ? 2 : 1
  const mostThreads = MOST_THREADS / vector
  const across = Math.min(powerBelow(columns / vector), mostThreads)
  const down = Math.min(powerBelow(rows), mostThreads)
  const height = Math.min(down, mostThreads / Math.min(across, WARP))
  const width = Math.min(across, mostThreads / height)
  // Warps share a column if each thread still has enough to sum up; only then blocks do.
  if (rows < Math.min(height * FEWEST_VALUES, MOST_VALUES)) return 0
  const values = Math.ceil(rows / height)
  const grid = Math.ceil(Math.floor(columns / vector) / width)
  const target = MULTIPROCESSORS * Math.floor(THREADS_OF_MULTIPROCESSOR / (width * height))
  if (values < MOST_VALUES || grid > target) return 0
  const most = Math.ceil(values / FEWEST_VALUES)
  const blocks = Math.min(Math.max(Math.ceil(target / grid), Math.ceil(values / MOST_VALUES)), most)
  if (blocks <= 1) return 0
  return ACCUMULATED_BYTES * (columns * blocks * width * vector + grid)
}

/** `last_pow2`: the largest power of two that is not larger. */
function powerBelow(count: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(Math.floor(count), 1)))
}
