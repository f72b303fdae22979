import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DTYPE_BITS, type Dtype } from '../../../../src/checkpoint/dtype.js'
import { readPickle } from '../../../../src/checkpoint/read/pickle/read-pickle.js'
import { readTorchFile } from '../../../../src/checkpoint/read/pickle/torch-file.js'

/** Files that torch wrote: `test/oracle/checkpoint/torch_files.py`. */
const RECORDED: {
  readonly files: readonly {
    readonly name: string
    readonly file: string
    readonly tensors: Readonly<Record<string, readonly [dtype: string, shape: readonly number[]]>>
  }[]
} = JSON.parse(readFileSync(new URL('../../../fixtures/checkpoint/torch-files.json', import.meta.url), 'utf8'))

const FILES = RECORDED.files.map(({ name, file, tensors }) => [name, Buffer.from(file, 'base64'), tensors] as const)
const fileOf = (name: string): Buffer => FILES.find(([each]) => each === name)?.[1] ?? Buffer.of()

/** torch's name of each dtype. */
const TORCH_DTYPES: Readonly<Partial<Record<Dtype, string>>> = {
  ...{ F32: 'float32', F64: 'float64', F16: 'float16', BF16: 'bfloat16', BOOL: 'bool', U8: 'uint8' },
  ...{ I64: 'int64', I32: 'int32', I16: 'int16', I8: 'int8', F8_E4M3: 'float8_e4m3fn', F8_E5M2: 'float8_e5m2' },
}

function sourceOf(bytes: Uint8Array) {
  const reads: number[] = []
  return {
    reads,
    name: 'x',
    list: async () => ['x.bin'],
    size: async () => bytes.length,
    read: async (_: string, start: number, end: number) => {
      reads.push(end - start)
      return bytes.slice(start, end)
    },
  }
}

const read = (bytes: Uint8Array) => readTorchFile(sourceOf(bytes), 'x.bin')

describe('readTorchFile', () => {
  it.each(FILES.filter(([, , tensors]) => Object.keys(tensors).length > 0))('reads %s', async (_, file, tensors) => {
    const found = await read(file)
    const named = [...found.tensors].map(([name, { dtype, shape }]) => [name, [TORCH_DTYPES[dtype], shape]])
    expect(Object.fromEntries(named)).toStrictEqual(tensors)
    for (const { dtype, shape, offsets } of found.tensors.values())
      expect(offsets[1] - offsets[0]).toBe(shape.reduce((product, size) => product * size, DTYPE_BITS[dtype] / 8))
  })

  it('names tied tensors once, and says which they are', async () => {
    expect((await read(fileOf('a state dictionary with a tied head'))).shared).toStrictEqual(['head.weight'])
  })

  it.each(['a whole module', 'no tensors'])('refuses %s, and says how to convert it', async (name) => {
    await expect(read(fileOf(name))).rejects.toMatchObject({
      code: 'invalid_header',
      message: 'x.bin cannot be read without executing it: it holds no state dictionary with tensors',
      place: ['x.bin'],
      help: "if you trust it, convert it: python -c \"from transformers import AutoModel; AutoModel.from_pretrained('.').save_pretrained('.')\"",
    })
  })

  it('reads no more of a file than its pickle, and no pickle of more than 64 MiB', async () => {
    const file = fileOf('a state dictionary with a tied head')
    const source = sourceOf(file)
    await readTorchFile(source, 'x.bin')
    expect(source.reads[0]).toBe(4)
    // The plain size of the entry of the pickle, in the directory at the end of the file.
    const name = file.lastIndexOf('data.pkl')
    const entry = file.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'), name)
    const sized = (size: number) => {
      const changed = Buffer.from(file)
      changed.writeUInt32LE(size, entry + 24)
      return changed
    }
    await expect(read(sized(64 * 1024 * 1024 + 1))).rejects.toMatchObject({
      message: 'x.bin cannot be read without executing it: its pickle is too long',
    })
    expect((await read(sized(64 * 1024 * 1024))).tensors.size).toBeGreaterThan(0)
    const old = Buffer.from('\x80\x02N.', 'latin1')
    const reads: number[] = []
    const endless = {
      ...sourceOf(old),
      size: async () => 2 ** 40,
      read: async (_: string, start: number, end: number) => {
        reads.push(end - start)
        return old.subarray(start, end)
      },
    }
    await expect(readTorchFile(endless, 'x.bin')).rejects.toMatchObject({
      message: 'x.bin cannot be read without executing it: it is not a file of torch.save',
    })
    expect(reads).toStrictEqual([4, 64 * 1024 * 1024])
  })

  it('lets the errors of a source through', async () => {
    const broken = { ...sourceOf(Buffer.of()), size: () => Promise.reject(new Error('unplugged')) }
    await expect(readTorchFile(broken, 'x.bin')).rejects.toThrow(new Error('unplugged'))
  })

  // os.system('touch /tmp/executed'), as `pickle` would write it in a `__reduce__`.
  it('executes nothing', async () => {
    const attack = Buffer.from("cos\nsystem\n(S'touch /tmp/executed'\ntR.", 'latin1')
    await expect(read(attack)).rejects.toMatchObject({ code: 'invalid_header' })
    const binary = Buffer.concat([Buffer.from('\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.', 'latin1')])
    expect(readPickle(binary).value).toMatchObject({ kind: 'call', of: { kind: 'global', name: 'os.system' } })
    await expect(read(binary)).rejects.toMatchObject({ message: expect.stringContaining('not a file of torch.save') })
  })

  it('is linear in the length of a pickle that refers to itself again and again', () => {
    // Each list holds the one before twice: as text it would have 2^20,000 items.
    const layers = 20_000
    const pickle = Buffer.concat([
      Buffer.from('\x80\x02](h'.slice(0, 3), 'latin1'),
      ...Array.from({ length: layers }, () => Buffer.from('2\x86', 'latin1')),
      Buffer.from('.', 'latin1'),
    ])
    expect(readPickle(pickle).end).toBe(pickle.length)
  })

  it('refuses every file that is cut off, and every file with a changed byte is read or refused', async () => {
    const file = fileOf('a state dictionary with a tied head')
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), async (length) => {
        await expect(read(file.subarray(0, length))).rejects.toMatchObject({ name: 'CheckpointError' })
      }),
      { numRuns: 100 },
    )
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.nat(255), async (at, byte) => {
        const changed = Buffer.from(file)
        changed[at] = byte
        await read(changed).catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'CheckpointError' })
        })
      }),
      { numRuns: 300 },
    )
  })

  it('reads any bytes or refuses them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await expect(read(bytes)).rejects.toMatchObject({ name: 'CheckpointError' })
      }),
    )
  })
})
