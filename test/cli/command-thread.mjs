/**
 * The thread that runs the built command again and again, for `warm-command.ts`. Plain JavaScript, because Node 20 reads no TypeScript.
 *
 * A run evaluates `dist/cli.js` anew. What that imports stays loaded: loading it is most of the time of a start.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { workerData } from 'node:worker_threads'

const { port, answered } = workerData
const entry = new URL(workerData.entry)
const OUTPUTS = ['stdout', 'stderr']

let input = Buffer.alloc(0)
let printed = { stdout: [], stderr: [] }
let runs = 0

takeInput()
for (const name of OUTPUTS) takeOutput(name)
// Node writes warnings to the standard error of the process, beside the stream.
process.on('warning', (warning) => process.stderr.write(`${warning.name}: ${warning.message}\n`))
// After this nobody would answer: the command has ended its process, or failed outside of what it waits for.
process.on('exit', (code) => answer(code, true))

port.on('message', async (request) => {
  process.argv = [process.execPath, entry.pathname, ...request.args]
  process.env = request.env
  process.exitCode = undefined
  input = Buffer.from(request.input)
  printed = { stdout: [], stderr: [] }
  runs += 1
  await import(`${entry.href}?run=${runs}`)
  // What a run leaves for later, such as a warning, belongs to it.
  await new Promise(setImmediate)
  // Every run listens to its outputs.
  for (const name of OUTPUTS) process[name].removeAllListeners('error')
  answer(process.exitCode ?? 0, false)
})

function answer(code, isLast) {
  const [stdout, stderr] = OUTPUTS.map((name) => Buffer.concat(printed[name]).toString('utf8'))
  port.postMessage({ code, stdout, stderr, isLast })
  Atomics.add(answered, 0, 1)
  Atomics.notify(answered, 0)
}

/** Keeps what is written to an output. */
function takeOutput(name) {
  process[name].write = (chunk, ...rest) => {
    printed[name].push(Buffer.from(chunk))
    const written = rest.at(-1)
    if (typeof written === 'function') process.nextTick(written)
    return true
  }
}

/** Makes this thread read the input of a run where it reads the standard input of the process. */
function takeInput() {
  const { readSync } = fs
  fs.readSync = (file, ...rest) => {
    if (file !== 0) return readSync(file, ...rest)
    const [buffer, at, most] = rest
    const count = input.copy(buffer, at, 0, most)
    input = input.subarray(count)
    return count
  }
  syncBuiltinESMExports()
}
