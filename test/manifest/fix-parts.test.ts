import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { documentsIn } from '../../src/manifest/documents.js'
import { acceptAll } from '../../src/manifest/fixes/accept-all.js'
import type { Correctable } from '../../src/manifest/fixes/correctable.js'
import { editOf } from '../../src/manifest/fixes/edit-of.js'
import { withEdits } from '../../src/manifest/fixes/edits.js'
import { fixManifest } from '../../src/manifest/fixes/fix-manifest.js'
import { type Allowed, hasSameData } from '../../src/manifest/fixes/same-data.js'

describe('accepting changes', () => {
  it('takes all that do no harm, in their order, and the result of the last success', () => {
    const changes = Array.from({ length: 40 }, (_, index) => index)
    const tried: number[] = []
    const { accepted, result } = acceptAll(changes, (some) => {
      tried.push(some.length)
      return some.some((one) => one === 7 || one === 23) ? undefined : some.join(' ')
    })
    expect(accepted).toStrictEqual(changes.filter((one) => one !== 7 && one !== 23))
    expect(result).toBe(accepted.join(' '))
    expect(tried[0]).toBe(40)
  })

  it('tries at most 100 times, however many do harm', () => {
    let attempts = 0
    const { accepted, result } = acceptAll(
      Array.from({ length: 5000 }, (_, index) => index),
      () => {
        attempts += 1
        return undefined
      },
    )
    expect([attempts, accepted, result]).toStrictEqual([100, [], undefined])
  })

  it('tries nothing where there is nothing', () => {
    const { accepted, result } = acceptAll([], () => 'made')
    expect([accepted, result]).toStrictEqual([[], undefined])
  })

  it('finds exactly the bad ones among a few, wherever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 20 }), (isBad) => {
        const changes = isBad.map((bad, index) => ({ bad, index }))
        const { accepted } = acceptAll(changes, (some) => (some.some(({ bad }) => bad) ? undefined : some))
        expect(accepted).toStrictEqual(changes.filter(({ bad }) => !bad))
      }),
    )
  })
})

describe('making edits', () => {
  it('replaces stretches in any order, and refuses those that overlap', () => {
    const edit = (start: number, end: number, text: string) => ({ span: { start, end }, text })
    expect(withEdits('abcdef', [edit(4, 5, 'X'), edit(0, 2, '')])).toBe('cdXf')
    expect(withEdits('abcdef', [edit(0, 2, 'x'), edit(2, 4, 'y')])).toBe('xyef')
    expect(withEdits('abcdef', [edit(0, 3, 'x'), edit(2, 4, 'y')])).toBeUndefined()
    expect(withEdits('abc', [])).toBe('abc')
  })
})

describe('writing a correction', () => {
  /** The replacement of the text between the marks. */
  function written(marked: string, to: Correctable | string, isJson = false): string | undefined {
    const [before = '', inside = '', after = ''] = marked.split(/[⟦⟧]/)
    const span = { start: before.length, end: before.length + inside.length }
    const correctable: Correctable =
      typeof to === 'string' ? { kind: 'key', span, from: inside.replace(/^["']|["']$/g, ''), to } : { ...to, span }
    return editOf(correctable, { text: before + inside + after, isJson })?.text
  }
  const value = (to: unknown): Correctable => ({ kind: 'value', span: { start: 0, end: 0 }, to })

  it.each([
    ['⟦nam⟧: ab', 'name', 'name'],
    ['⟦"nam"⟧: ab', 'name', '"name"'],
    ["⟦'nam'⟧: ab", 'name', "'name'"],
    ['⟦name⟧: ab', 'name', undefined],
    ['⟦"n\\u0061m"⟧: ab', 'name', '"name"'],
    ['⟦⟧: ab', 'name', undefined],
    ['!!str ⟦nam⟧: ab', 'name', undefined],
    ['? ⟦na\nm⟧: ab', 'name', undefined],
  ])('%s, of a key', (marked, to, expected) => expect(written(marked, to)).toBe(expected))

  it('leaves a key that is written with an alias or otherwise not as it is', () => {
    const span = { start: 0, end: 2 }
    expect(editOf({ kind: 'key', span, from: 'nam', to: 'name' }, { text: '*n : ab', isJson: false })).toBeUndefined()
  })

  it.each<[marked: string, to: unknown, expected: string | undefined]>([
    ['a: ⟦"yes"⟧', true, 'true'],
    ['a: ⟦"8"⟧', 8, '8'],
    ['a: ⟦"12345678901234567890"⟧', 12345678901234567890n, '12345678901234567890'],
    ['a: ⟦x⟧', 1e21, '1.0e+21'],
    ['a: ⟦x⟧', -1e-7, '-1.0e-7'],
    ['a: ⟦x⟧', 1.5e21, '1.5e+21'],
    ['a: ⟦x⟧', Number.POSITIVE_INFINITY, undefined],
    ['a: ⟦x⟧', Number.NaN, undefined],
    ['a: ⟦x⟧', null, undefined],
    ['a: ⟦x⟧', [1], undefined],
    ['a: ⟦8⟧', 8, undefined],
    ['a: ⟦8⟧', '8', '"8"'],
    ['a: ⟦808⟧', '808', '"808"'],
    ['a: ⟦" ab "⟧', 'ab', '"ab"'],
    ["a: ⟦' ab '⟧", 'ab', "'ab'"],
    ["a: ⟦' it''s '⟧", "it's", "'it''s'"],
    ['a: ⟦" a\\"b "⟧', 'a"b', '"a\\"b"'],
    ['a: ⟦" ab "⟧', 'cd', undefined],
    ['a: ⟦" \\x "⟧', 'x', undefined],
    ['a: ⟦"⟧', 'x', '"x"'],
    ['a: ⟦"x\n y"⟧', 'x y', undefined],
    ['a: !!int ⟦"8"⟧', 8, undefined],
    ['a: ! ⟦"8"⟧', 8, undefined],
    ['a: !!int &x ⟦"8"⟧', 8, undefined],
    ['a: !!int  &x  ⟦"8"⟧', 8, undefined],
    ['a: [!!int ⟦"8"⟧]', 8, undefined],
    ['a: {b:!!int ⟦"8"⟧}', 8, undefined],
    ['a: wow! ⟦"8"⟧', 8, '8'],
    ['a: &x ⟦"8"⟧', 8, '8'],
  ])('%s to %s', (marked, to, expected) => expect(written(marked, value(to))).toBe(expected))

  it('writes a number with an exponent as JSON has it, in JSON', () => {
    expect(written('{"a": ⟦"x"⟧}', value(1e21), true)).toBe('1e+21')
  })
})

describe('the data of two versions of a text', () => {
  const read = (text: string) => [...documentsIn(text, { file: 'm.yaml' })]
  const same = (old: string, now: string, allowed: Allowed = {}) => hasSameData(read(old), read(now), allowed)

  it.each([
    ['a: 1\n', 'a:   1 # comment\n', true],
    ['a: 1\n', 'a: 2\n', false],
    ['a: 1\n', 'a: "1"\n', false],
    ['a: 1\n', 'b: 1\n', false],
    ['a: 1\n', 'a: 1\nb: 1\n', false],
    ['a: 1\nb: 1\n', 'a: 1\n', false],
    ['a: 1\nb: 2\n', 'b: 2\na: 1\n', false],
    ['a: 0\n', 'a: -0.0\n', false],
    ['a: 1\na: 1\n', 'a: 1\na: 1\n', false],
    ['a: [1, 2]\n', 'a:\n- 1\n- 2\n', true],
    ['a: [1, 2]\n', 'a: [1, 2, 3]\n', false],
    ['a: [1, 2]\n', 'a: [1]\n', false],
    ['a: [1]\n', 'a: {b: 1}\n', false],
    ['a: {b: 1}\n', 'a: [1]\n', false],
    ['a: {b: 1}\n', 'a: 1\n', false],
    ['a: 1\n', 'a: [1]\n', false],
    ['a: [1]\n', 'a: 1\n', false],
    ['a: 1\n', 'a: 1\n---\nb: 1\n', false],
    ['a: 1\n---\nb: 1\n', 'a: 1\n---\nb: 1\n', true],
    ['a: 1\n---\nb: 1\n', 'a: 1\n---\nb: 2\n', false],
    ['a: 1\n', '# nothing\n', false],
    ['# nothing\n', '# something\n', true],
    ['a: [\n', 'b: [\n', true],
    ['a: 1\n', 'a: [\n', false],
    ['a: &x {b: 1}\nc: *x\n', 'a: {b: 1}\nc: {b: 1}\n', true],
    ['a: &x {b: 1}\nc: *x\n', 'a: {b: 1}\nc: {b: 2}\n', false],
    ['a: &x [1]\nc: *x\n', 'a: [1]\nc: [2]\n', false],
    ['a: &x [1]\nc: *x\n', 'a: &y [1]\nc: *y\n', true],
    ['a: &x {b: 1}\nc: *x\n', 'a: &y {b: 1}\nc: *y\n', true],
    ['a: [\n', 'a: 1\n', false],
  ])('%j and %j: the same is %s', (old, now, expected) => expect(same(old, now)).toBe(expected))

  it('is the same in any order of the keys, where that is allowed, but not of a list', () => {
    expect(same('a: 1\nb: {c: 1, d: 2}\n', 'b: {d: 2, c: 1}\na: 1\n', { anyOrder: true })).toBe(true)
    expect(same('a: 1\nb: 2\n', 'b: 1\na: 2\n', { anyOrder: true })).toBe(false)
    expect(same('a: 1\nb: 2\n', 'a: 1\na: 2\n', { anyOrder: true })).toBe(false)
    expect(same('a: [1, 2]\n', 'a: [2, 1]\n', { anyOrder: true })).toBe(false)
  })

  it('may differ at tokens that are said to be replaced, and by that text only', () => {
    const now = 'name: cd\n'
    const tokens = (start: number, text: string): Allowed => ({ tokens: new Map([[start, text]]), text: now })
    expect(same('name: ab\n', now, tokens(6, 'cd'))).toBe(true)
    expect(same('name: ab\n', now, tokens(6, 'ce'))).toBe(false)
    expect(same('name: ab\n', now, tokens(5, 'cd'))).toBe(false)
    expect(same('nam: ab\n', 'name: ab\n', { tokens: new Map([[0, 'name']]), text: 'name: ab\n' })).toBe(true)
    expect(same('nam: ab\n', 'namf: ab\n', { tokens: new Map([[0, 'name']]), text: 'namf: ab\n' })).toBe(false)
  })

  it('may differ in the spec of a mapping that is named', () => {
    const specs = new Set([0])
    expect(same('name: ab\nspec: {a: 1}\n', 'name: ab\nspec: {a: 2}\n', { specs })).toBe(true)
    expect(same('name: ab\n', 'name: ab\nspec: {a: 2}\n', { specs })).toBe(true)
    expect(same('name: ab\nspec: {a: 1}\n', 'name: cd\nspec: {a: 1}\n', { specs })).toBe(false)
    expect(same('x: {spec: 1}\n', 'x: {spec: 2}\n', { specs })).toBe(false)
    expect(same('name: ab\nspec: {a: 1}\n', 'name: ab\nspec: {a: 2}\n', { specs: new Set([1]) })).toBe(false)
  })
})

describe('what was fixed', () => {
  it('is told by titles, in the order of the rounds', () => {
    expect(fixManifest('name: ab\ntrust_remote_cod: "yes"\nfileste: " a/b"\n', { file: 'm.yaml' })).toStrictEqual({
      text: 'name: ab\ntrust_remote_code: true\nfileset: "a/b"\n',
      titles: [
        'rename "trust_remote_cod" to "trust_remote_code"',
        'rename "fileste" to "fileset"',
        'write true',
        'write "a/b"',
      ],
      sorted: 0,
    })
  })

  it('is nothing in a text without faults', () => {
    const text = 'name: ab\nfileset: a/b\n'
    expect(fixManifest(text, { file: 'm.yaml' })).toStrictEqual({ text, titles: [], sorted: 0 })
    expect(fixManifest(text, { file: 'm.yaml', sortKeys: true })).toStrictEqual({ text, titles: [], sorted: 0 })
  })

  it('counts the mappings that were sorted', () => {
    const text = 'spec: {family: f, checkpoint_model_name: m}\nname: ab\n'
    expect(fixManifest(text, { file: 'm.yaml', sortKeys: true })).toMatchObject({
      text: 'name: ab\nspec: {checkpoint_model_name: m, family: f}\n',
      sorted: 2,
    })
  })
})

describe('sorting the keys of a mapping between braces', () => {
  const sorted = (text: string, file = 'm.yaml') => fixManifest(text, { file, sortKeys: true }).text

  it.each([
    ['{fileset: f, name: b}\n', '{name: b, fileset: f}\n'],
    ['{ fileset: f ,\n  name: b }\n', '{ name: b ,\n  fileset: f }\n'],
    ['# c\n{fileset: f, name: b} # d\n', '# c\n{name: b, fileset: f} # d\n'],
    ['- {fileset: f, name: b}\n- name: c # d\n', '- {name: b, fileset: f}\n- name: c # d\n'],
    ['{fileset: , name: b}\n', '{fileset: , name: b}\n'],
    ['{fileset: f, # about f\n name: b}\n', '{fileset: f, # about f\n name: b}\n'],
    ['{fileset: "a#b", name: b}\n', '{fileset: "a#b", name: b}\n'],
    ['{? fileset : f, name: b}\n', '{? name: b, fileset : f}\n'],
    [
      '- {fileset: f, name: b}\n- {description: d, name: c}\n',
      '- {name: b, fileset: f}\n- {name: c, description: d}\n',
    ],
  ])('%j', (text, expected) => expect(sorted(text)).toBe(expected))

  it('works for JSON, inner objects too', () => {
    expect(
      sorted('{\n  "prompt": {"icl_few_shot_examples": "x", "system_prompt": "y"},\n  "name": "ab"\n}\n', 'm.json'),
    ).toBe('{\n  "name": "ab",\n  "prompt": {"system_prompt": "y", "icl_few_shot_examples": "x"}\n}\n')
  })
})
