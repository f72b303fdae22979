/** Finds an entry in a zip file, from the directory at its end. Torch stores its entries without compression. */

/** A zip file that cannot be read. */
export class ZipError extends Error {
  override readonly name = 'ZipError'
}

/** Where the bytes of an entry are in the file. */
export interface ZipEntry {
  readonly start: number
  readonly end: number
}

type Read = (start: number, end: number) => Promise<Uint8Array>

/** Whether a file starts like a zip file. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4
}

/** The directory of the largest models is a few megabytes long. */
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024

/** The end record has a comment of up to 65,535 bytes. */
const MAX_END_BYTES = 22 + 65_535

const END = 0x06054b50
const END_64_LOCATOR = 0x07064b50
const END_64 = 0x06064b50
const DIRECTORY_ENTRY = 0x02014b50
const LOCAL_ENTRY = 0x04034b50
const IN_64_BITS = 0xffff_ffff

/**
 * Finds the entry whose name is `name`, or ends with `/name`. Source: the ZIP file format specification (APPNOTE 6.3).
 *
 * @throws ZipError if there is none, or if it is compressed
 */
export async function findInZip(read: Read, size: number, name: string): Promise<ZipEntry> {
  const { start, end } = await directoryOf(read, size)
  const view = viewOf(await read(start, end))
  for (let at = 0; at + 46 <= view.byteLength && view.getUint32(at, true) === DIRECTORY_ENTRY; ) {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((place) => view.getUint16(at + place, true))
    const next = at + 46 + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0)
    if (next > view.byteLength) break
    const entryName = textAt(view, at + 46, nameBytes ?? 0)
    if (entryName === name || entryName.endsWith(`/${name}`)) return entryAt(read, view, at)
    at = next
  }
  throw new ZipError(`it has no entry ${name}`)
}

/** The directory lists all entries; the record at the end of the file says where it is. */
async function directoryOf(read: Read, size: number): Promise<ZipEntry> {
  const tailStart = Math.max(0, size - MAX_END_BYTES)
  const tail = viewOf(await read(tailStart, size))
  let at = tail.byteLength - 22
  while (at >= 0 && tail.getUint32(at, true) !== END) at -= 1
  if (at < 0) throw new ZipError('its directory is missing: the file may be cut off')
  const isLong = at >= 20 && tail.getUint32(at - 20, true) === END_64_LOCATOR
  const [bytes, start] = isLong
    ? await long(read, Number(tail.getBigUint64(at - 12, true)), size)
    : [tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)]
  if (bytes > MAX_DIRECTORY_BYTES || start + bytes > size) throw new ZipError('its directory is damaged')
  return { start, end: start + bytes }
}

async function long(read: Read, at: number, size: number): Promise<[bytes: number, start: number]> {
  if (at + 56 > size) throw new ZipError('its directory is damaged')
  const view = viewOf(await read(at, at + 56))
  if (view.byteLength < 56 || view.getUint32(0, true) !== END_64) throw new ZipError('its directory is damaged')
  return [Number(view.getBigUint64(40, true)), Number(view.getBigUint64(48, true))]
}

async function entryAt(read: Read, directory: DataView, at: number): Promise<ZipEntry> {
  if (directory.getUint16(at + 10, true) !== 0) throw new ZipError('its entries are compressed')
  const nameBytes = directory.getUint16(at + 28, true)
  const extraBytes = directory.getUint16(at + 30, true)
  const sizes = [24, 20, 42].map((place) => directory.getUint32(at + place, true))
  const [bytes = 0, , local = 0] = inFull(sizes, directory, at + 46 + nameBytes, extraBytes)
  const header = viewOf(await read(local, local + 30))
  if (header.byteLength < 30 || header.getUint32(0, true) !== LOCAL_ENTRY) throw new ZipError('an entry is damaged')
  const start = local + 30 + header.getUint16(26, true) + header.getUint16(28, true)
  return { start, end: start + bytes }
}

/** The size, the compressed size and the place of an entry. Those that do not fit in 32 bits are in an extra field, in this order. */
function inFull(sizes: readonly number[], view: DataView, extraAt: number, extraBytes: number): number[] {
  const full = [...sizes]
  for (let at = extraAt; at + 4 <= extraAt + extraBytes; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue
    let inner = at + 4
    for (const [index, value] of sizes.entries()) {
      if (value !== IN_64_BITS || inner + 8 > view.byteLength) continue
      full[index] = Number(view.getBigUint64(inner, true))
      inner += 8
    }
    break
  }
  return full
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function textAt(view: DataView, at: number, length: number): string {
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, length))
}
