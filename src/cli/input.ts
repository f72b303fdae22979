/** Reads standard input without waiting for promises. */

import { readSync } from 'node:fs'

/** Reads up to so many bytes of standard input. */
export function inputBytes(most: number): Buffer {
  let buffer = Buffer.allocUnsafeSlow(Math.min(most, FIRST))
  let length = 0
  for (;;) {
    const count = inputSome(buffer, length)
    length += count
    if (count === 0 || length === most) return buffer.subarray(0, length)
    if (length < buffer.length) continue
    const larger = Buffer.allocUnsafeSlow(Math.min(most, 2 * length))
    buffer.copy(larger)
    buffer = larger
  }
}

/** Reads some bytes of standard input into memory that is there already: the chunks of a stream would each be new. 0 at the end. */
export function inputSome(buffer: Buffer, at: number): number {
  for (;;) {
    try {
      return readSync(STANDARD_INPUT, buffer, at, buffer.length - at, null)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      // On Windows, the end of a pipe is an error.
      if (code === 'EOF') return 0
      if (code !== 'EAGAIN') throw error
      // Nothing is there yet, and the pipe does not wait.
      Atomics.wait(PAUSE, 0, 0, 5)
    }
  }
}

const STANDARD_INPUT = 0

/** How much memory to take at first. */
const FIRST = 64 * 1024

const PAUSE = new Int32Array(new SharedArrayBuffer(4))
