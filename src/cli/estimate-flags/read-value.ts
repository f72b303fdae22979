/** Readers of values on the command line. The table of the options checks what they return. */

import { nearest, quoted } from '../../options/index.js'

/** A number in decimal digits; any other text stays a text, which no number option accepts. */
export function readNumber(text: string): unknown {
  return /^\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : text
}

/** Names with commas between them: `embed_tokens,lm_head`. */
export function readNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.includes('')) throw new TypeError(`expected names with commas between them, not ${quoted(text)}`)
  return names
}

/** Numbers with commas between them: `0,1,2`. */
export function readNumbers(text: string): readonly unknown[] {
  return readNames(text).map(readNumber)
}

/** `pattern=rank`, which can be given several times. A pattern may have an equals sign of its own. */
export function readRank(text: string, before: unknown): unknown {
  const at = text.lastIndexOf('=')
  if (at < 1) throw new TypeError(`expected a pattern and its rank, such as q_proj=64, not ${quoted(text)}`)
  const earlier = typeof before === 'object' && before !== null ? Object.entries(before) : []
  return Object.fromEntries([...earlier, [text.slice(0, at), readNumber(text.slice(at + 1))]])
}

/** The width and the height of an image: `1280x720`. */
export function readImageSize(text: string): unknown {
  const [, width = '', height = ''] = /^(\d{1,15})x(\d{1,15})$/.exec(text) ?? []
  if (height === '')
    throw new TypeError(`expected a width and a height in pixels, such as 1280x720, not ${quoted(text)}`)
  return { width: Number(width), height: Number(height) }
}

/** `every=4`, or a word. */
export function readRecompute(text: string): unknown {
  if (!text.startsWith('every=')) return text
  const every = readNumber(text.slice('every='.length))
  if (typeof every !== 'number')
    throw new TypeError(`expected a number of layers, such as every=4, not ${quoted(text)}`)
  return { every }
}

/** `tp=4,pp=2`, or with the whole words: `tensor=4,pipeline=2`; `sp` stands alone. */
export function readLayout(text: string): unknown {
  const degrees = readNames(text).map((item): [string, unknown] => {
    if (item === 'sp') return ['sequenceParallel', true]
    const [, way = '', ranks = ''] = /^([a-z]{1,20})=(\d{1,15})$/.exec(item) ?? []
    if (way === '') throw new TypeError(`expected ways and their ranks, such as tp=4,pp=2, not ${quoted(item)}`)
    const name = WAYS.get(way)
    if (name === undefined) throw unknownWay(way)
    return [name, Number(ranks)]
  })
  const ways = degrees.map(([way]) => way)
  const twice = ways.find((way, at) => ways.indexOf(way) !== at)
  if (twice !== undefined) throw new TypeError(`${twice} is given twice in ${quoted(text)}`)
  return Object.fromEntries(degrees)
}

const WAYS: ReadonlyMap<string, string> = new Map(
  Object.entries({ tp: 'tensor', pp: 'pipeline', cp: 'context', ep: 'expert' }).flatMap(([short, name]) => [
    [short, name],
    [name, name],
  ]),
)

function unknownWay(way: string): TypeError {
  const near = nearest(way, [...WAYS.keys()])
  const help = near === undefined ? 'the ways are tp, pp, cp and ep' : `did you mean ${quoted(near)}?`
  return new TypeError(`unknown way ${quoted(way)}; ${help}`)
}
