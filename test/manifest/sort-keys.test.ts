import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { fixManifest } from '../../src/manifest/fixes/fix-manifest.js'

const sorted = (text: string) => fixManifest(text, { file: 'm.yaml', sortKeys: true }).text

describe('sorting the keys of a mapping in lines', () => {
  it.each<[what: string, text: string, expected: string]>([
    ['keys', 'fileset: f\nname: b\n', 'name: b\nfileset: f\n'],
    ['the last line without an end', 'fileset: f\nname: b', 'name: b\nfileset: f'],
    [
      'three lines, the last without an end',
      'fileset: f\ndescription: d\nname: b',
      'name: b\ndescription: d\nfileset: f',
    ],
    ['not what has a tag before its key', 'fileset: f\n!!str name: b\n', 'fileset: f\n!!str name: b\n'],
    ['not what stands behind a question mark', 'fileset: f\n? name\n: b\n', 'fileset: f\n? name\n: b\n'],
    [
      'a comment with its key',
      'fileset: f\n# about\n# the name\nname: b\n',
      '# about\n# the name\nname: b\nfileset: f\n',
    ],
    ['a comment behind a value', 'fileset: f # x\nname: b # y\n', 'name: b # y\nfileset: f # x\n'],
    ['a blank line with the key above it', 'fileset: f\n\nname: b\n', 'name: b\nfileset: f\n\n'],
    ['values of several lines', 'spec:\n  family: f\nname: b\n', 'name: b\nspec:\n  family: f\n'],
    [
      'inner mappings',
      'name: b\nspec:\n  family: f\n  checkpoint_model_name: m\n',
      'name: b\nspec:\n  checkpoint_model_name: m\n  family: f\n',
    ],
    ['items of a list', '- fileset: f\n  name: b\n- name: c\n', '- name: b\n  fileset: f\n- name: c\n'],
    ['items behind several blanks', '-   fileset: f\n    name: b\n', '-   name: b\n    fileset: f\n'],
    ['nested lists', '- - fileset: f\n', '- - fileset: f\n'],
    [
      'unknown keys, which stay in their order behind the others',
      'zz: 1\nyy: 2\nxx: 3\nname: b\n',
      'name: b\nzz: 1\nyy: 2\nxx: 3\n',
    ],
    [
      'several documents',
      'fileset: f\nname: b\n---\nfileset: g\nname: c\n',
      'name: b\nfileset: f\n---\nname: c\nfileset: g\n',
    ],
    [
      'a comment above the first key, if that stays first',
      '# c\nname: b\nfileset: f\ndescription: d\n',
      '# c\nname: b\ndescription: d\nfileset: f\n',
    ],
  ])('moves %s', (_, text, expected) => {
    expect(sorted(text)).toBe(expected)
    const data = (some: string) => parseAllDocuments(some).map((document) => document.toJS())
    expect(data(sorted(text))).toEqual(data(text))
  })

  it.each([
    ['a comment above the first key', '# about all, or fileset\nfileset: f\nname: b\n'],
    ['a comment above a key that would stand behind a dash', '- fileset: f\n  # about the name\n  name: b\n'],
  ])('leaves %s', (_, text) => expect(sorted(text)).toBe(text))
})
