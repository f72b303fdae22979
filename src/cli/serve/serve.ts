import { flush, write } from '../output.js'
import { answerTo, type ServeOptions } from './answer-request.js'
import { LineSplitter } from './line-splitter.js'

/** Answers each line of standard input with one line, in order, until the input ends. */
export async function serve(options: ServeOptions): Promise<void> {
  const lines = new LineSplitter(options.maxLineBytes)
  for await (const chunk of process.stdin) {
    for (const line of lines.push(chunk)) await write(`${answerTo(line, options)}\n`)
    // Whoever waits for an answer before the next line gets it.
    await flush()
  }
  for (const line of lines.end()) await write(`${answerTo(line, options)}\n`)
  await flush()
}
