import { Course } from './course.js'
import { Highest, type Live, moved } from './highest.js'
import { change, emptyParts, type MemoryPart, PARTS, type PartBytes, type Peak, type Phase } from './part-bytes.js'

export { change, emptyParts, type MemoryPart, PARTS, type PartBytes, type Peak, type Phase } from './part-bytes.js'

/** The highest place of a run on a GPU, where kernels hold memory within themselves. */
export interface KernelPeak {
  readonly totalBytes: number
  readonly operation: string
  /** The same with what kernels may hold that choose by themselves how they compute. */
  readonly possibleBytes: number
}

/** A block of memory that tensors and their views share. It is freed with its last reference. */
export interface Storage {
  /** A view of a buffer that was there before has none. */
  bytes: number
  part: MemoryPart
  references: number
  /** How many were made before it. */
  age: number
  /** Whether it is certain that a gradient in it is what an operation returned, and not a view of that. */
  isResult: boolean
}

/** What a stretch of a run did: what was live at both ends, and between them. */
export interface Stretch {
  readonly start: Live
  readonly end: Live
  readonly course: Course
}

/** A stretch that has not ended. */
export interface OpenStretch {
  start: Live
  /** The course of the run before it. */
  readonly before: Course
  /** Of storages that are as old, the stretch keeps those that are freed in it. */
  readonly keepsUntil: number
  /** Its course where it counts again, until it freed one, and what it keeps of these. */
  readonly again: Course
  kept: Live
}

/** A part of a run in which no stretch begins or ends. */
export interface Noted {
  readonly start: Live
  readonly end: Live
  readonly highest: Highest
  /** How many storages were made until its end. */
  readonly made: number
}

/** A place where a stretch counts again that comes later in the replay. */
interface Deferred {
  /** The course since the one before, and what is live at it, without those that are deferred. */
  readonly course: Course
  at: Live
  readonly stretch: () => Stretch
  readonly times: number
}

/**
 * Counts live storages by part, and records the breakdown at the peak: what `torch.cuda.max_memory_allocated` counts before the
 * allocator rounds.
 */
export class MemoryLedger {
  readonly now: PartBytes = emptyParts()
  phase: Phase = 'forward'
  #total = 0
  #made = 0
  #course = new Course()
  readonly #open: OpenStretch[] = []
  readonly #deferred: Deferred[] = []

  constructor() {
    this.observe('start')
  }

  /** The live bytes now. */
  get total(): number {
    return this.#total
  }

  get peak(): Peak {
    return this.#course.highest.peak
  }

  /** The peak with what kernels of a GPU hold within themselves. It is lower than the other one where the engine adds gradients in place. */
  get kernelPeak(): KernelPeak {
    const { kernelBytes: totalBytes, kernelAt: operation, possibleBytes } = this.#course.highest
    return { totalBytes, operation, possibleBytes: Math.max(possibleBytes, totalBytes) }
  }

  /** The part of what a phase allocates. */
  get part(): MemoryPart {
    return this.phase === 'forward' ? 'activations' : 'temporary'
  }

  /** A new storage with one reference. By default the phase decides its part. */
  allocate(asked: number, part: MemoryPart = this.part): Storage {
    // Half of an odd size is a fraction.
    const bytes = Math.round(asked)
    if (!Number.isFinite(bytes)) throw new Error('the size of a tensor is not a number')
    this.now[part] += bytes
    this.#total += bytes
    this.#made += 1
    return { bytes, part, references: 1, age: this.#made, isResult: false }
  }

  /** Bytes that were there from the start, as the replay finds out later: they count in the peak so far, too. */
  allocateFromStart(bytes: number, part: MemoryPart): void {
    const [from, earlier] = [this.#live, this.#open.flatMap(({ before, again }) => [before, again])]
    this.allocate(bytes, part)
    const to = this.#live
    for (const course of [this.#course, ...earlier]) course.shift(from, to)
    for (const stretch of this.#open) stretch.start = moved(stretch.start, from, to)
    for (const one of this.#deferred) {
      one.course.shift(from, to)
      one.at = moved(one.at, from, to)
    }
  }

  /** A new storage that there is only one of, however often the stretch counts that makes it. */
  allocateOnce(bytes: number, part: MemoryPart): Storage {
    const open = this.#open.at(-1)
    if (open) this.keepFreed({ part, bytes: -Math.round(bytes) })
    return this.allocate(bytes, part)
  }

  retain(storage: Storage): Storage {
    if (storage.references <= 0) throw new Error('a storage was used after it was freed')
    storage.references += 1
    return storage
  }

  /** A copy of what was moved to the CPU: the storage itself if it was freed, so that tensors that refer to it have theirs back. */
  load(storage: Storage): Storage {
    if (storage.references > 0) return this.allocate(storage.bytes)
    storage.part = this.part
    storage.references = 1
    this.#made += 1
    storage.age = this.#made
    this.now[storage.part] += storage.bytes
    this.#total += storage.bytes
    return storage
  }

  /** The same as a view of a buffer that is there already: it takes no memory of its own. */
  stage(storage: Storage): Storage {
    if (storage.references > 0) return this.retain(storage)
    storage.bytes = 0
    storage.references = 1
    return storage
  }

  release(storage: Storage): void {
    storage.references -= 1
    if (storage.references > 0) return
    if (storage.references < 0) throw new Error('a storage was freed twice')
    const open = this.#open.at(-1)
    if (open && storage.age <= open.keepsUntil) this.keepFreed(storage)
    this.now[storage.part] -= storage.bytes
    this.#total -= storage.bytes
  }

  /** Says that each layer has a storage like this one of its own, however old it is: where the layer counts again, one is freed, too. */
  ownByLayer(storage: Storage): void {
    storage.age = Number.POSITIVE_INFINITY
  }

  /** Moves a storage to another part: a tensor becomes a gradient when its parameter receives it. */
  rebook(storage: Storage, part: MemoryPart): void {
    this.now[storage.part] -= storage.bytes
    this.now[part] += storage.bytes
    storage.part = part
  }

  /** Adds bytes that are not replayed to each part, or subtracts them. */
  shift(bytes: Readonly<PartBytes>, times: number): void {
    for (const part of PARTS) {
      this.now[part] += bytes[part] * times
      this.#total += bytes[part] * times
    }
  }

  /**
   * Checks the total after an operation.
   *
   * @param scratchBytes - what its kernel holds only while it runs
   * @param withinBytes - what only CUDA's kernel holds in addition, which no recording on a CPU shows; below zero if it needs less
   */
  observe(operation: string, scratchBytes = 0, withinBytes = 0): void {
    const totalBytes = this.#total + scratchBytes
    const { highest } = this.#course
    if (totalBytes + withinBytes > highest.kernelBytes) {
      highest.kernelBytes = totalBytes + withinBytes
      highest.kernelAt = operation
    }
    if (totalBytes <= highest.peak.totalBytes) return
    const parts = { ...this.now, temporary: this.now.temporary + scratchBytes }
    highest.peak = { totalBytes, parts, phase: this.phase, operation }
  }

  /** Notes what a kernel may hold within itself, or not. */
  mayHold(bytes: number): void {
    const { highest } = this.#course
    highest.possibleBytes = Math.max(highest.possibleBytes, this.#total + bytes)
  }

  /** Resets the peak to what is live now. */
  reset(): void {
    this.#course = new Course()
    this.observe('start')
  }

  /** How many storages were made so far. */
  get made(): number {
    return this.#made
  }

  /**
   * Begins a stretch that may count again.
   *
   * @param keepsUntil - the age of storages that live on where it counts again, although it frees the last reference
   */
  begin(keepsUntil = 0): OpenStretch {
    const open = { start: this.#live, before: this.#course, keepsUntil, again: new Course(), kept: NOTHING }
    this.#open.push(open)
    this.#course = new Course()
    return open
  }

  /** Ends the stretch that was begun last. */
  end(open: OpenStretch): Stretch {
    this.#open.pop()
    const { start, before, again, kept } = open
    this.#split(open)
    this.#course = before
    return { start, end: moved(this.#live, NOTHING, kept), course: again }
  }

  /** From here on, the stretch that was begun last has what it frees where it counts again. */
  keepFreed({ bytes, part }: Pick<Storage, 'bytes' | 'part'>): void {
    const open = this.#open.at(-1)
    if (!open) return
    this.#split(open)
    const parts = { ...open.kept.parts, [part]: open.kept.parts[part] + bytes }
    open.kept = { parts, totalBytes: open.kept.totalBytes + bytes }
  }

  /** Adds the course since the last split to that before a stretch, and to that of the stretch where it counts again. */
  #split({ before, again, kept }: OpenStretch): void {
    before.include(this.#course, NOTHING, NOTHING)
    again.include(this.#course, NOTHING, kept)
    this.#course = new Course()
  }

  /** Marks this moment, as often as the stretch counts that it is in: see `revisit`. */
  mark(id: number): void {
    const open = this.#open.at(-1)
    if (!open) {
      this.#course.mark(id, this.#live)
      return
    }
    this.#split(open)
    open.before.mark(id, this.#live)
    open.again.mark(id, moved(this.#live, NOTHING, open.kept))
  }

  /**
   * Goes back to each mark in turn, once all that was deferred is settled. What is allocated there and not freed is live from there on.
   *
   * @param at - called with what was live at the mark
   */
  revisit(at: (id: number) => void): void {
    const { marks, highest } = this.#course
    const end = this.#live
    this.#course = new Course()
    let more = NOTHING
    for (const mark of marks) {
      this.#course.highest.include(mark.highest, NOTHING, more)
      const then = moved(mark.at, NOTHING, more)
      this.#goTo(then)
      at(mark.id)
      more = moved(more, then, this.#live)
    }
    this.#course.highest.include(highest, NOTHING, more)
    this.#goTo(moved(end, NOTHING, more))
  }

  #goTo({ parts, totalBytes }: Live): void {
    Object.assign(this.now, parts)
    this.#total = totalBytes
  }

  /** Counts a stretch so many times more, from what is live now on. */
  repeat(stretch: Stretch, times: number): void {
    const end = repeated(this.#course, stretch, this.#live, times)
    this.shift(change(this.now, end.parts), 1)
  }

  /** Counts a stretch so many times here that comes later: until then, what is live is counted without it. */
  defer(stretch: () => Stretch, times: number): void {
    this.#deferred.push({ course: this.#course, at: this.#live, stretch, times })
    this.#course = new Course()
  }

  /** Counts what was deferred. */
  settle(): void {
    const rest = this.#course
    const all = this.#deferred.splice(0)
    if (all.length === 0) return
    this.#course = new Course()
    let more = NOTHING
    for (const { course, at, stretch, times } of all) {
      this.#course.include(course, NOTHING, more)
      const start = moved(at, NOTHING, more)
      more = moved(more, start, repeated(this.#course, stretch(), start, times))
    }
    this.#course.include(rest, NOTHING, more)
    this.shift(more.parts, 1)
  }

  /** Goes on as another run did, from what is live here. */
  goOn({ start, end, highest, made }: Noted): void {
    this.#course.highest.include(highest, start, this.#live)
    this.shift(change(start.parts, end.parts), 1)
    this.#made = made
  }

  /** Takes the highest places since the last time. */
  protected takeHighest(): Highest {
    const { highest } = this.#course
    this.#course.highest = new Highest()
    return highest
  }

  get #live(): Live {
    return { parts: { ...this.now }, totalBytes: this.#total }
  }
}

/** Includes a stretch as often as it repeats from a place on. Returns what is live then. */
function repeated(among: Course, { start, end, course }: Stretch, from: Live, times: number): Live {
  const more = change(start.parts, end.parts)
  const after = (count: number): Live => {
    const parts = { ...from.parts }
    for (const part of PARTS) parts[part] += count * more[part]
    return { parts, totalBytes: from.totalBytes + count * (end.totalBytes - start.totalBytes) }
  }
  // The highest place is in one of the first and the last.
  const isMarked = course.marks.length > 0
  for (let time = 0; time < times; time += isMarked ? 1 : Math.max(times - 1, 1))
    among.include(course, start, after(time))
  return after(times)
}

const NOTHING: Live = { parts: emptyParts(), totalBytes: 0 }
