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
