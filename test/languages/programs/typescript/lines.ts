import { createInterface } from 'node:readline'

/** Reads an entity from each line, and writes what `again` makes of it. */
export async function roundTrip(again: (text: string) => string): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    let answer = 'null'
    try {
      answer = again(line)
    } catch (error) {
      console.error(String(error).slice(0, 500))
    }
    console.log(answer)
  }
}
