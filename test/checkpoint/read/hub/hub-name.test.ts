import { describe, expect, it } from 'vitest'
import { hubRepository } from '../../../../src/checkpoint/read/hub/hub-name.js'

describe('hubRepository', () => {
  it.each(['gpt2', 'Qwen/Qwen3-8B', 'a/b', '_a/b_', 'org.x/na-me_1.5', `a/${'b'.repeat(96)}`])('takes %s', (name) => {
    expect(hubRepository(`hf:${name}`)).toBe(name)
  })

  it.each([
    ['', /expected hf:org\/name/],
    ['a/b/c', /expected hf:org\/name/],
    ['/b', /expected hf:org\/name/],
    ['a/', /expected hf:org\/name/],
    ['a b', /only ASCII letters/],
    ['a/b?x', /only ASCII letters/],
    ['é/b', /only ASCII letters/],
    ['..', /"--" and "\.\."/],
    ['a/..', /"--" and "\.\."/],
    ['../..', /"--" and "\.\."/],
    ['a--b/c', /"--" and "\.\."/],
    ['.', /start or end/],
    ['a/.', /start or end/],
    ['./b', /start or end/],
    ['-a/b', /start or end/],
    ['a./b', /start or end/],
    ['a/b-', /start or end/],
    ['a/b.git', /\.git/],
    [`a/${'b'.repeat(97)}`, /96 characters/],
  ])('refuses %j, and says why', (name, why) => {
    expect(() => hubRepository(`hf:${name}`)).toThrow(TypeError)
    expect(() => hubRepository(`hf:${name}`)).toThrow(why)
  })
})
