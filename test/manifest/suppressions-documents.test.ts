import { expect, it } from 'vitest'
import { checkManifest } from '../../src/manifest/index.js'

const UNUSED = 'name: ab # model-entity-disable-line trust-remote-code -- reviewed\n'
const WRONG = 'name: a b\n'
const told = (text: string) => checkManifest(text).diagnostics.map(({ line, code }) => `${line} ${code}`)

it('a comment that silences nothing is told where the rules have run, whatever other documents are like', () => {
  expect(told(UNUSED)).toStrictEqual(['1 unused-suppression'])
  expect(told(`${UNUSED}---\n${WRONG}`)).toStrictEqual(['1 unused-suppression', '3 string_pattern_mismatch'])
  expect(told(`${WRONG}---\n${UNUSED}`)).toStrictEqual(['1 string_pattern_mismatch', '3 unused-suppression'])
  expect(told(`${WRONG}---\n${UNUSED}---\n${WRONG}`)).toHaveLength(3)
})

it('a comment in a document that is refused is not told: its rule has not run', () => {
  expect(told(UNUSED.replace('ab', 'a b'))).toStrictEqual(['1 string_pattern_mismatch'])
  expect(told(`name: ab\n---\n${UNUSED.replace('ab', 'a b')}`)).toStrictEqual(['3 string_pattern_mismatch'])
})

it('comments are found where they stand, in whatever way a document is read', () => {
  const comment = '# model-entity-disable-line trust-remote-code -- reviewed'
  const suppressed = (text: string) => {
    const { suppressedCount, counts } = checkManifest(text)
    return [suppressedCount, counts.warning]
  }
  const line = 'trust_remote_code: true'
  for (const end of ['\n', '\r\n']) {
    for (const more of [
      '',
      'description: &d x',
      'description: "a # b"',
      "description: 'it''s # c'",
      'project: p # an aside',
    ]) {
      const text = ['name: ab', ...(more === '' ? [] : [more]), `${line} ${comment}`, ''].join(end)
      expect(suppressed(text), text).toStrictEqual([1, 0])
      expect(suppressed(`${text}---${end}${text.replace('ab', 'ac')}`), text).toStrictEqual([2, 0])
    }
  }
  // The same text in a scalar is no comment.
  for (const description of [
    `"${comment}"`,
    `'a ${comment}'`,
    `|\n  a\n  ${comment}`,
    `"a\n  ${comment}"`,
    `>-\n  ${comment}\n`,
  ]) {
    expect(suppressed(`name: ab\ndescription: ${description}\n${line}\n`), description).toStrictEqual([0, 1])
    expect(suppressed(`name: ab\nproject: &p p\ndescription: ${description}\n${line}\n`), description).toStrictEqual([
      0, 1,
    ])
  }
  // Behind the mark of a block scalar it is one, and so it is in brackets and behind a quote.
  expect(suppressed(`name: ab\n${line} ${comment}\ndescription: | # model-entity-enable\n  a\n`)).toStrictEqual([1, 1])
  expect(suppressed(`{name: ab, ${comment}\n trust_remote_code: true ${comment}\n}\n`)).toStrictEqual([1, 1])
  expect(suppressed(`name: ab\n"trust_remote_code": true\t${comment}\n`)).toStrictEqual([1, 0])
  expect(suppressed(`name: ab\ntrust_remote_code: &t true ${comment}\n`)).toStrictEqual([1, 0])
})
