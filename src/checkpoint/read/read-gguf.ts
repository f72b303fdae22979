import { gguf } from '@huggingface/gguf'
import { CheckpointError } from '../../architecture/index.js'
import type { GgufHeader } from '../spec-from-gguf.js'
import type { FileSource } from './file-source.js'

/** Reads the header of a GGUF file. */
export async function readGguf(source: FileSource, file: string): Promise<GgufHeader> {
  try {
    const parsed = await gguf('https://file.invalid/', { fetch: rangesOf(source, file) })
    const { metadata, tensorInfos, tensorDataOffset } = parsed
    // The library reads bytes past the end of the file as zeros.
    if (tensorInfos.length > 0 && tensorDataOffset > (await source.size(file))) throw truncated(file)
    return { metadata: { ...metadata }, tensorInfos }
  } catch (error) {
    if (error instanceof CheckpointError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new CheckpointError('invalid_header', `${file} is not a readable GGUF file: ${why}`, { place: [file] })
  }
}

/** The library reads with HTTP range requests. This `fetch` answers them from the file source. */
function rangesOf(source: FileSource, file: string): typeof fetch {
  return async (_, init) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(new Headers(init?.headers).get('range') ?? '')
    const size = await source.size(file)
    const [start, end] = range ? [Number(range[1]), Number(range[2]) + 1] : [0, size]
    if (start >= size) throw truncated(file)
    return new Response((await source.read(file, start, end)).slice(), { status: 206 })
  }
}

function truncated(file: string): CheckpointError {
  return new CheckpointError('truncated_file', `${file} ends within its header`, {
    place: [file],
    help: 'the download may be incomplete: download the file again',
  })
}
