import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ConfigReader } from '../../src/architecture/config-reader.js'
import { FAMILIES, familyOf } from '../../src/architecture/families/index.js'

/** What the processors of transformers 4.57.6 say, recorded with `test/oracle/memory/image_tokens.py`. */
type Answers = Record<
  string,
  {
    readonly config: Record<string, unknown>
    readonly tokens: readonly (readonly [width: number, height: number, tokens: number | null])[]
  }
>

const FILE = new URL('../fixtures/memory/image-tokens.json.gz', import.meta.url)
const RECORDED: Answers = JSON.parse(gunzipSync(readFileSync(FILE)).toString('utf8'))

/** ColQwen2's processor has the image processor of Qwen2-VL (`processing_colqwen2.py`). */
const ANSWERS: Answers = {
  ...RECORDED,
  ...(RECORDED['qwen2_vl'] && {
    colqwen2: { ...RECORDED['qwen2_vl'], config: { vlm_config: RECORDED['qwen2_vl'].config } },
  }),
}

/** Their images have one size, or the number of tokens is in the config. */
const FIXED = ['aria', 'gemma3', 'paligemma', 'colpali', 'blip-2', 'mllama']

describe('The tokens of an image', () => {
  it.each(Object.entries(ANSWERS))('are as many as the processor of %s makes', (name, { config, tokens }) => {
    const find = familyOf(name)?.images
    const ours = tokens.map(([width, height]) => [width, height, counted(config, find, { width, height })])
    expect(ours).toEqual(tokens)
  })

  it('are recorded for every family whose images have many sizes', () => {
    const families = FAMILIES.filter(({ images }) => images).flatMap(({ modelTypes }) => modelTypes)
    expect(families.filter((name) => !(name in ANSWERS) && !FIXED.includes(name))).toEqual([])
  })
})

type FindImages = NonNullable<ReturnType<typeof familyOf>>['images']

/** `null` where the family refuses the image, as its processor does. */
function counted(
  config: Record<string, unknown>,
  find: FindImages,
  imageSize: { readonly width: number; readonly height: number },
): number | null | undefined {
  try {
    return find?.(new ConfigReader(config), { images: 1, imageSize, audioSeconds: 0 }, 'model.').tokens
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
