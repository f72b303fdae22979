import { emptyParts, PARTS, type PartBytes, type Peak } from './part-bytes.js'

/** The live bytes at one moment. */
export interface Live {
  readonly parts: Readonly<PartBytes>
  readonly totalBytes: number
}

/** The highest places of a run, or of a stretch of it. */
export class Highest {
  peak: Peak = NOWHERE
  /** The same with what kernels of a GPU hold within themselves, and where that was. */
  kernelBytes = Number.NEGATIVE_INFINITY
  kernelAt = 'start'
  /** The same with what kernels may hold. */
  possibleBytes = Number.NEGATIVE_INFINITY

  /** Whether nothing was seen yet. */
  get isEmpty(): boolean {
    return Math.max(this.peak.totalBytes, this.kernelBytes, this.possibleBytes) === Number.NEGATIVE_INFINITY
  }

  /**
   * Includes the places of another stretch, as if it had begun at another height. Of two places of the same height the first counts.
   *
   * @param from - what was live when it began
   * @param to - what is live where it counts as begun
   */
  include({ peak, kernelBytes, kernelAt, possibleBytes }: Highest, from: Live, to: Live): void {
    const more = to.totalBytes - from.totalBytes
    if (kernelBytes + more > this.kernelBytes) {
      this.kernelBytes = kernelBytes + more
      this.kernelAt = kernelAt
    }
    this.possibleBytes = Math.max(this.possibleBytes, possibleBytes + more)
    if (peak.totalBytes + more <= this.peak.totalBytes) return
    this.peak = { ...peak, ...moved(peak, from, to) }
  }

  /** Counts more everywhere. */
  shift(from: Live, to: Live): void {
    const more = to.totalBytes - from.totalBytes
    this.kernelBytes += more
    this.possibleBytes += more
    this.peak = { ...this.peak, ...moved(this.peak, from, to) }
  }
}

/** What is live where as much was added as from one moment to another. */
export function moved({ parts, totalBytes }: Live, from: Live, to: Live): Live {
  const own = { ...parts }
  for (const part of PARTS) own[part] += to.parts[part] - from.parts[part]
  return { parts: own, totalBytes: totalBytes + to.totalBytes - from.totalBytes }
}

const NOWHERE: Peak = {
  totalBytes: Number.NEGATIVE_INFINITY,
  parts: emptyParts(),
  phase: 'forward',
  operation: 'start',
}
