import type { ReadProgress } from '../checkpoint/read/index.js'

/** Quick reads show no bar. */
const SHOWN_AFTER_MS = 400
const BAR_WIDTH = 24

/** What a bar is drawn on. */
type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>

/** A line on a terminal that shows how many files have been read. */
export interface ProgressBar {
  update(progress: ReadProgress): void
  /** Removes the line. */
  end(): void
}

/** Draws on a terminal only: a file or a pipe gets nothing. */
export function progressBar(stream: Stream, startedAt = Date.now()): ProgressBar {
  let isShown = false
  return {
    update({ read, files }) {
      if (stream.isTTY !== true || files < 2 || Date.now() - startedAt < SHOWN_AFTER_MS) return
      isShown = true
      const bar = '█'.repeat(Math.round((BAR_WIDTH * read) / files)).padEnd(BAR_WIDTH, '░')
      stream.write(`\r${bar} ${read} of ${files} files`)
    },
    end() {
      if (isShown) stream.write('\r\u001b[K')
      isShown = false
    },
  }
}
