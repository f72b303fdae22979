import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { findInZip, isZip } from '../../../../src/checkpoint/read/pickle/zip.js'

/** Files that Python's zipfile wrote, and what it reads from them: `test/oracle/checkpoint/zips.py`. */
const RECORDED: {
  readonly files: readonly { readonly name: string; readonly file: string; readonly content: string | null }[]
} = JSON.parse(
  gunzipSync(readFileSync(new URL('../../../fixtures/checkpoint/zips.json.gz', import.meta.url))).toString('utf8'),
)

const FILES = RECORDED.files.map(({ name, file, content }) => [name, Buffer.from(file, 'base64'), content] as const)
const fileOf = (name: string): Buffer => FILES.find(([each]) => each === name)?.[1] ?? Buffer.of()

async function contentOf(file: Uint8Array): Promise<string> {
  const { start, end } = await findInZip(async (from, to) => file.subarray(from, to), file.length, 'data.pkl')
  return new TextDecoder().decode(file.subarray(start, end))
}

const changed = (file: Uint8Array, at: number, ...bytes: number[]): Uint8Array => {
  const copy = Uint8Array.from(file)
  copy.set(bytes, at)
  return copy
}

describe('findInZip', () => {
  it.each(FILES.filter(([, , content]) => content !== null))(
    'finds the entry of a file %s',
    async (_, file, content) => {
      expect(await contentOf(file)).toBe(content)
      expect(isZip(file)).toBe(true)
    },
  )

  it('refuses a compressed entry, and a file without the entry', async () => {
    await expect(contentOf(fileOf('compressed'))).rejects.toThrow('its entries are compressed')
    for (const name of ['with another entry', 'empty'])
      await expect(contentOf(fileOf(name))).rejects.toThrow('it has no entry data.pkl')
  })

  it.each(['as torch writes it', 'of 64 bits', 'with the longest comment'])(
    'refuses a file %s that is cut off, or grows at its start',
    async (name) => {
      const file = fileOf(name)
      await expect(contentOf(file.subarray(0, file.length - 65_540 < 0 ? 30 : 100))).rejects.toThrow(
        'its directory is missing: the file may be cut off',
      )
      await expect(contentOf(Buffer.concat([Buffer.alloc(500), file]))).rejects.toMatchObject({ name: 'ZipError' })
    },
  )

  it('refuses a directory that is not in the file', async () => {
    const file = fileOf('as torch writes it')
    const end = file.length - 22
    // The number of its bytes, and where it starts.
    await expect(contentOf(changed(file, end + 12, 0xff, 0xff))).rejects.toThrow('its directory is damaged')
    await expect(contentOf(changed(file, end + 16, 0xff, 0xff))).rejects.toThrow('its directory is damaged')
    const start = file.readUInt32LE(end + 16)
    const startAt = (offset: number) => changed(file, end + 16, (start + offset) & 0xff, (start + offset) >> 8)
    await expect(contentOf(startAt(22))).rejects.toThrow('it has no entry')
    await expect(contentOf(startAt(23))).rejects.toThrow('its directory is damaged')
    await expect(contentOf(changed(file, end + 12, 10, 0))).rejects.toThrow('it has no entry')
  })

  it('reads no directory of more than 64 MiB', async () => {
    const size = 2 ** 27
    const end = Buffer.from(fileOf('as torch writes it').subarray(-22))
    const reads: number[] = []
    const read = async (from: number, to: number) => {
      reads.push(to - from)
      return Buffer.concat([Buffer.alloc(to - from - 22), end])
    }
    end.writeUInt32LE(2 ** 26 + 1, 12)
    end.writeUInt32LE(0, 16)
    await expect(findInZip(read, size, 'x')).rejects.toThrow('its directory is damaged')
    expect(Math.max(...reads)).toBeLessThan(70_000)
    end.writeUInt32LE(2 ** 26, 12)
    await expect(findInZip(read, size, 'x')).rejects.toThrow('it has no entry x')
  })

  it('refuses a damaged record of 64 bits, and a damaged entry', async () => {
    const long = fileOf('of 64 bits')
    const record = long.readUInt32LE(long.length - 22 - 20 + 8)
    await expect(contentOf(changed(long, record, 0))).rejects.toThrow('its directory is damaged')
    await expect(contentOf(changed(long, long.length - 22 - 20 + 8, 0xff, 0xff))).rejects.toThrow(
      'its directory is damaged',
    )
    const file = fileOf('without a folder')
    await expect(contentOf(changed(file, 0, 0))).rejects.toThrow('an entry is damaged')
  })
})

it('finds the sizes of 64 bits after other fields too', async () => {
  const file = Buffer.from(fileOf('of 64 bits, with fields'))
  const [DIRECTORY, SIZES] = [0x02014b50, 1]
  let moved = 0
  for (let at = 0; at + 46 < file.length; at++) {
    if (file.readUInt32LE(at) !== DIRECTORY) continue
    const start = at + 46 + file.readUInt16LE(at + 28)
    const extra = file.subarray(start, start + file.readUInt16LE(at + 30))
    if (extra.readUInt16LE(0) !== SIZES) continue
    const end = 4 + extra.readUInt16LE(2)
    Buffer.concat([extra.subarray(end), extra.subarray(0, end)]).copy(file, start)
    moved += 1
  }
  expect(moved).toBeGreaterThan(0)
  expect(await contentOf(file)).toBe('the pickle')
})

describe('isZip', () => {
  it.each([0, 1, 2, 3])('wants byte %i of the first four', (at) => {
    expect(isZip(Uint8Array.of(0x50, 0x4b, 3, 4))).toBe(true)
    expect(isZip(changed(Uint8Array.of(0x50, 0x4b, 3, 4), at, 0))).toBe(false)
    expect(isZip(Uint8Array.of(0x50, 0x4b, 3, 4).subarray(0, at))).toBe(false)
  })
})
