/** The program of a worker thread: checks files quickly, chunk by chunk, until none is left. */

import { parentPort, workerData } from 'node:worker_threads'
import { withLateCode } from '../../late.js'
import { FileSetup } from '../file-setup.js'
import { quickFile } from '../quick-files.js'
import { type ChunkAnswer, type QuickTask, taskOf } from './quick-task.js'

const { choices, files, claims }: QuickTask = workerData
const task = taskOf(files, claims)
const setup = await withLateCode(() => new FileSetup(choices))
for (let chunk = task.claim(true); chunk !== undefined; chunk = task.claim(true)) {
  const claimed = chunk
  const outcomes = await withLateCode(() => task.filesOf(claimed).map((file) => quickFile(file, setup)))
  const answer: ChunkAnswer = { chunk, outcomes }
  parentPort?.postMessage(answer)
}
