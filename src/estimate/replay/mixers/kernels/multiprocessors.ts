/** Streaming multiprocessors of an H100 and an H200: kernels divide some work over them, and keep a part for each. */
export const MULTIPROCESSORS = 132
