import { CheckpointError } from '../../../architecture/index.js'
import type { FileSource } from '../file-source.js'
import { conversionOf } from './conversion.js'
import { PickleError } from './pickle-machine.js'
import { readPickle } from './read-pickle.js'
import { type TorchTensors, torchTensors } from './torch-tensors.js'
import { findInZip, isZip, ZipError } from './zip.js'

/** Larger pickles than any state dictionary has: 100,000 tensors take a tenth of it. */
const MAX_PICKLE_BYTES = 64 * 1024 * 1024

/** The magic number at the start of files from before torch 1.6. */
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn

/** Reads the names, shapes and dtypes of the tensors in a file of `torch.save`. Nothing in it is executed. */
export async function readTorchFile(source: FileSource, file: string): Promise<TorchTensors> {
  try {
    const size = await source.size(file)
    const start = await source.read(file, 0, Math.min(size, 4))
    const found = torchTensors(isZip(start) ? await zipped(source, file, size) : await legacy(source, file, size))
    if (found.tensors.size > 0) return found
    throw new PickleError('it holds no state dictionary with tensors')
  } catch (error) {
    if (!(error instanceof PickleError || error instanceof ZipError)) throw error
    throw new CheckpointError('invalid_header', `${file} cannot be read without executing it: ${error.message}`, {
      place: [file],
      help: conversionOf(file),
    })
  }
}

async function zipped(source: FileSource, file: string, size: number) {
  const entry = await findInZip((start, end) => source.read(file, start, end), size, 'data.pkl')
  if (entry.end - entry.start > MAX_PICKLE_BYTES) throw new PickleError('its pickle is too long')
  return readPickle(await source.read(file, entry.start, entry.end)).value
}

/** Four pickles before the data: a magic number, the version, the system, and the state dictionary. */
async function legacy(source: FileSource, file: string, size: number) {
  const bytes = await source.read(file, 0, Math.min(size, MAX_PICKLE_BYTES))
  const magic = readPickle(bytes)
  if (magic.value !== LEGACY_MAGIC) throw new PickleError('it is not a file of torch.save')
  let { end } = magic
  for (let skipped = 0; skipped < 2; skipped++) end = readPickle(bytes, end).end
  return readPickle(bytes, end).value
}
