import { describe, expect, it } from 'vitest'
import { Scalar, YAMLSeq } from 'yaml'
import { readAllYaml } from '../../src/manifest/yaml-source.js'
import { YamlTreeReader } from '../../src/manifest/yaml-tree.js'

/** The kind of a document, or the code of its error. */
function kindOf(text: string): string | undefined {
  const [document] = readAllYaml(text)
  return document?.kind === 'errors' ? document.errors[0]?.code : document?.kind
}

describe('the number of nodes of a document', () => {
  // A list of 999 items is 1,000 nodes. 999 of them, 999 items and the list of them all are a million.
  const list = `&a [${'0, '.repeat(998)}0]`
  const nodes = (items: number) => `[${list}${', *a'.repeat(998)}${', 0'.repeat(items)}]`

  it('is at most a million when aliases are expanded', () => {
    expect(kindOf(nodes(999))).toBe('value')
    expect(kindOf(nodes(1000))).toBe('alias_bomb')
  })

  it('counts what is merged again and again, though it is there once', () => {
    const keys = Array.from({ length: 1000 }, (_, index) => `k${index}: 0`).join(', ')
    const merging = (key: string, times: number) => `${key}: {<<: [${Array(times).fill('*a').join(', ')}]}\n`
    const start = `a: &a {${keys}}\n${merging('b', 500)}`
    expect(kindOf(start + merging('c', 500))).toBe('value')
    expect(kindOf(start + merging('c', 501))).toBe('alias_bomb')
  })

  it('is not limited without aliases: what is written is there once', () => {
    const item = new Scalar(0)
    item.range = [1, 2, 2]
    const sequence = new YAMLSeq()
    sequence.range = [0, 3, 3]
    sequence.items = Array.from({ length: 1_000_001 }, () => item)
    expect(new YamlTreeReader('[0]').read(sequence).kind).toBe('value')
  })
})
