/** A seeded source of choices: the same seed makes the same cases. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** A number from 0 up to 1, 1 excluded: mulberry32. */
  fraction(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let bits = this.state
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from 0 up to a limit, the limit excluded. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit)
  }

  /** Whether something that happens with a probability does. */
  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  /** One of some things. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }

  /** A text of up to `length` pieces. */
  text(pieces: readonly string[], length: number): string {
    return Array.from({ length: this.below(length + 1) }, () => this.pick(pieces)).join('')
  }

  /** A text with a few characters taken out, put in or replaced. */
  edited(text: string, pieces: readonly string[]): string {
    const characters = [...text]
    for (let edits = 1 + this.below(3); edits > 0; edits -= 1) {
      const removed = this.chance(0.6) ? 1 : 0
      const added = this.chance(0.7) ? [this.pick(pieces)] : []
      characters.splice(this.below(characters.length + 1), removed, ...added)
    }
    return characters.join('')
  }
}
