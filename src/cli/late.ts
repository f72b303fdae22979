/** Code that is loaded only if it is needed. Loading takes longer than most checks. */

/** A part of the code that synchronous functions need now and then. */
export class Late<Code> {
  readonly #load: () => Promise<Code>
  #code: Code | undefined

  constructor(load: () => Promise<Code>) {
    this.#load = load
  }

  /**
   * The code.
   *
   * @throws NotLoaded if it is not loaded; {@link withLateCode} catches that
   */
  get code(): Code {
    if (this.#code === undefined) throw new NotLoaded(this)
    return this.#code
  }

  async load(): Promise<void> {
    this.#code ??= await this.#load()
  }
}

/** Does some work, again from its beginning each time that it turns out to need code that is not loaded. */
export async function withLateCode<Result>(work: () => Result): Promise<Result> {
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof NotLoaded)) throw error
      await error.part.load()
    }
  }
}

class NotLoaded extends Error {
  readonly part: Late<unknown>

  constructor(part: Late<unknown>) {
    super('a part of the code is not loaded')
    this.part = part
  }
}
