import { describe, expect, it } from 'vitest'
import type { FileSource } from '../../../src/checkpoint/read/file-source.js'
import { weightFiles } from '../../../src/checkpoint/read/weight-files.js'

type Choice = { readonly variant?: string; readonly isAdapter?: boolean; readonly isFile?: true }

/** What is chosen of files; the content of those that are read is given. */
async function chosen(files: readonly string[], { variant, isAdapter = false, isFile }: Choice = {}, index?: unknown) {
  const bytes = Buffer.from(typeof index === 'string' ? index : JSON.stringify(index ?? {}))
  const source: FileSource = {
    name: 'x',
    ...(isFile !== undefined && { isFile }),
    list: async () => files,
    size: async () => bytes.length,
    read: async (_, start, end) => bytes.subarray(start, end),
  }
  const { safetensors, torch, notes } = await weightFiles(source, files, { variant, isAdapter })
  return [safetensors.join(' '), torch.join(' '), ...notes]
}

describe('the weight files of a model', () => {
  // The order of _get_resolved_checkpoint_files of transformers.
  it.each<[files: string, expected: readonly string[], choice?: Choice]>([
    ['', ['', '']],
    ['config.json', ['', '']],
    ['model.safetensors', ['model.safetensors', '']],
    [
      'model.safetensors pytorch_model.bin',
      ['model.safetensors', '', 'not read: pytorch_model.bin; transformers does not load it'],
    ],
    [
      'model.safetensors model.fp16.safetensors a.safetensors',
      ['model.safetensors', '', 'not read: model.fp16.safetensors, a.safetensors; transformers does not load them'],
    ],
    [
      'model.safetensors a.safetensors b.safetensors c.safetensors',
      [
        'model.safetensors',
        '',
        'not read: a.safetensors, b.safetensors, c.safetensors; transformers does not load them',
      ],
    ],
    [
      'model.safetensors a.safetensors b.safetensors c.safetensors d.safetensors',
      [
        'model.safetensors',
        '',
        'not read: a.safetensors, b.safetensors and 2 more files; transformers does not load them',
      ],
    ],
    ['a.safetensors b.safetensors', ['a.safetensors b.safetensors', '']],
    ['a/model.safetensors', ['', '']],
    [
      'consolidated.safetensors a.safetensors',
      ['a.safetensors', '', 'not read: consolidated.safetensors; transformers does not load it'],
    ],
    ['consolidated.safetensors', ['consolidated.safetensors', '']],
    ['pytorch_model.bin', ['', 'pytorch_model.bin']],
    ['pytorch_model.bin other_model.bin training_args.bin optimizer.pt', ['', 'pytorch_model.bin']],
    [
      'pytorch_model-00001-of-00002.bin pytorch_model-00002-of-00002.bin consolidated.00.pth',
      [
        '',
        'pytorch_model-00001-of-00002.bin pytorch_model-00002-of-00002.bin',
        'not read: consolidated.00.pth; transformers does not load it',
      ],
    ],
    ['consolidated.00.pth', ['', 'consolidated.00.pth']],
    [
      'consolidated.00.pth consolidated.01.pth',
      ['', '', 'not read: consolidated.00.pth, consolidated.01.pth; transformers does not load them'],
    ],
    ['model.pt', ['', 'model.pt']],
    ['mine.pt', ['', '']],
    ['mine.pt', ['', 'mine.pt'], { isFile: true }],
    ['mine.pth.txt', ['', ''], { isFile: true }],
    // The weights of an adapter without its config are at least listed.
    ['adapter_model.safetensors', ['adapter_model.safetensors', '']],
    [
      'adapter_model.safetensors pytorch_model.bin',
      ['', 'pytorch_model.bin', 'not read: adapter_model.safetensors; transformers does not load it'],
    ],
    [
      'adapters.safetensors adapter_model.safetensors a.safetensors',
      [
        'a.safetensors',
        '',
        'not read: adapters.safetensors, adapter_model.safetensors; transformers does not load them',
      ],
    ],
    ['my_adapter_model.safetensors', ['my_adapter_model.safetensors', '']],
    [
      'adapters.safetensors model.safetensors',
      ['model.safetensors', '', 'not read: adapters.safetensors; transformers does not load it'],
    ],
    // Variants.
    [
      'model.safetensors model.fp16.safetensors',
      ['model.fp16.safetensors', '', 'not read: model.safetensors; transformers does not load it'],
      { variant: 'fp16' },
    ],
    [
      'model.safetensors pytorch_model.fp16.bin',
      ['', 'pytorch_model.fp16.bin', 'not read: model.safetensors; transformers does not load it'],
      { variant: 'fp16' },
    ],
  ])('of %j are %j', async (files, expected, choice) => {
    expect(await chosen(files.split(' '), choice)).toStrictEqual(expected)
  })

  it('are those of an index, in the order of their names, also of a variant and of torch', async () => {
    const index = (...names: string[]) => ({
      weight_map: Object.fromEntries(names.map((name, at) => [`w${at}`, name])),
    })
    const [a, b] = ['b.safetensors', 'a.safetensors']
    expect(await chosen([a, b, 'model.safetensors.index.json'], {}, index(a, b, a))).toStrictEqual([`${b} ${a}`, ''])
    expect(await chosen([a, b, 'model.safetensors.index.fp16.json'], { variant: 'fp16' }, index(a))).toStrictEqual([
      a,
      '',
      `not read: ${b}; transformers does not load it`,
    ])
    expect(await chosen(['x.bin', 'pytorch_model.bin.index.json'], {}, index('x.bin'))).toStrictEqual(['', 'x.bin'])
    expect(
      await chosen(['x.bin', 'pytorch_model.bin.index.fp16.json'], { variant: 'fp16' }, index('x.bin')),
    ).toStrictEqual(['', 'x.bin'])
  })

  it('are refused for a variant that there is not', async () => {
    await expect(chosen(['model.safetensors'], { variant: 'fp8' })).rejects.toMatchObject({
      code: 'unreadable_file',
      message: 'the weights have no variant "fp8"',
      place: ['model.fp8.safetensors'],
      help: 'neither model.fp8.safetensors nor model.safetensors.index.fp8.json exists',
    })
  })

  it.each(['/etc/x', '\\x', 'C:x', 'c:\\x', '../x', 'a/../x', 'a\\..\\x', '..', 'a/..', 'x\0', 5])(
    'are refused if an index names %j',
    async (name) => {
      const files = ['model.safetensors.index.json', String(name)]
      await expect(chosen(files, {}, { weight_map: { w: name } })).rejects.toMatchObject({
        code: 'path_outside_checkpoint',
        message: `model.safetensors.index.json maps w to ${JSON.stringify(name)}, which is not in its folder`,
        place: ['model.safetensors.index.json', 'weight_map', 'w'],
        help: 'an index may only name files in its own folder',
      })
    },
  )

  it.each(['a..b', '...', 'a/b', '..a', 'a/..b', 'ab:c'])('may have the name %j', async (name) => {
    expect(await chosen(['model.safetensors.index.json', name], {}, { weight_map: { w: name } })).toStrictEqual([
      name,
      '',
    ])
  })

  it('are refused if the index has no map, or names a file that is not there', async () => {
    for (const index of [{}, [], { weight_map: 5 }, 'null'])
      await expect(chosen(['model.safetensors.index.json'], {}, index)).rejects.toMatchObject({
        code: 'invalid_json',
        message: 'model.safetensors.index.json has no weight_map',
        place: ['model.safetensors.index.json'],
      })
    await expect(
      chosen(['model.safetensors.index.json'], {}, { weight_map: { w: 'a.safetensors' } }),
    ).rejects.toMatchObject({
      code: 'unreadable_file',
      message: 'model.safetensors.index.json names a.safetensors, which does not exist',
      place: ['model.safetensors.index.json', 'weight_map'],
      help: 'the upload or download was interrupted: transfer the file',
    })
  })
})

describe('the weight files of an adapter', () => {
  it.each<[files: string, expected: readonly string[]]>([
    ['adapter_model.safetensors', ['adapter_model.safetensors', '']],
    ['adapters.safetensors', ['adapters.safetensors', '']],
    [
      'adapter_model.safetensors model.safetensors pytorch_model.bin',
      ['adapter_model.safetensors', '', 'not read: model.safetensors, pytorch_model.bin; PEFT does not load them'],
    ],
    [
      'weights.safetensors model-1.safetensors',
      ['weights.safetensors', '', 'not read: model-1.safetensors; PEFT does not load it'],
    ],
    ['adapter_model.bin', ['', 'adapter_model.bin']],
    [
      'adapter_model.bin pytorch_model.bin',
      ['', 'adapter_model.bin', 'not read: pytorch_model.bin; PEFT does not load it'],
    ],
    [
      'adapter_model.safetensors adapter_model.bin',
      ['adapter_model.safetensors', '', 'not read: adapter_model.bin; PEFT does not load it'],
    ],
  ])('of %j are %j', async (files, expected) => {
    expect(await chosen(files.split(' '), { isAdapter: true })).toStrictEqual(expected)
  })
})
