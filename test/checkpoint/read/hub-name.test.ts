import { describe, expect, it } from 'vitest'
import { hubRepository } from '../../../src/checkpoint/read/hub-name.js'

describe('hubRepository', () => {
  it.each(['gpt2', 'Qwen/Qwen3-8B', 'a/b', '_a/b_', 'org.x/na-me_1.5', `a/${'b'.repeat(96)}`])('takes %s', (name) => {
    expect(hubRepository(`hf:${name}`)).toBe(name)
  })

  it.each([
    ['', /expected hf:org\/name/],
    ['a/b/c', /expected hf:org\/name/],
    ['/b', /expected hf:org\/name/],
    ['a/', /expected hf:org\/name/],
    ['a b', /only letters of ASCII/],
    ['a/b?x', /only letters of ASCII/],
    ['é/b', /only letters of ASCII/],
    ['..', /neither "--" nor "\.\."/],
    ['a/..', /neither "--" nor "\.\."/],
    ['../..', /neither "--" nor "\.\."/],
    ['a--b/c', /neither "--" nor "\.\."/],
    ['.', /begins or ends/],
    ['a/.', /begins or ends/],
    ['./b', /begins or ends/],
    ['-a/b', /begins or ends/],
    ['a./b', /begins or ends/],
    ['a/b-', /begins or ends/],
    ['a/b.git', /\.git/],
    [`a/${'b'.repeat(97)}`, /96 characters/],
  ])('refuses %j, and says why', (name, why) => {
    expect(() => hubRepository(`hf:${name}`)).toThrow(TypeError)
    expect(() => hubRepository(`hf:${name}`)).toThrow(why)
  })
})
