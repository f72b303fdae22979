import { Highest, type Live, moved } from './highest.js'

/** A moment of a run that is looked at again when the run is known as a whole. */
export interface Mark {
  /** Which of the moments it is. */
  readonly id: number
  /** The highest places since the mark before. */
  readonly highest: Highest
  /** What is live then. */
  readonly at: Live
}

/** The course of a run, or of a stretch of it: its marks, and the highest places between them. */
export class Course {
  readonly marks: Mark[] = []
  /** The highest places since the last mark. */
  highest = new Highest()

  /** Marks a moment. */
  mark(id: number, at: Live): void {
    this.marks.push({ id, highest: this.highest, at })
    this.highest = new Highest()
  }

  /**
   * Goes on with another course, as if it had begun at another height.
   *
   * @param from - what was live when it began
   * @param to - what is live where it counts as begun
   */
  include({ marks, highest }: Course, from: Live, to: Live): void {
    for (const mark of marks) {
      this.highest.include(mark.highest, from, to)
      this.mark(mark.id, moved(mark.at, from, to))
    }
    this.highest.include(highest, from, to)
  }

  /** Counts more everywhere. */
  shift(from: Live, to: Live): void {
    const marks = this.marks.splice(0)
    for (const { id, highest, at } of marks) {
      highest.shift(from, to)
      this.marks.push({ id, highest, at: moved(at, from, to) })
    }
    this.highest.shift(from, to)
  }
}
