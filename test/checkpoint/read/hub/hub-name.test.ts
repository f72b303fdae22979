import { describe, expect, it } from 'vitest'
import { hubRepository, isHubName, parseHubName } from '../../../../src/checkpoint/read/hub/hub-name.js'

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

describe('parseHubName', () => {
  it.each([
    ['hf:org/name', { repository: 'org/name' }],
    ['hf:org/name@v1.0', { repository: 'org/name', revision: 'v1.0' }],
    ['hf:name@refs/pr/1', { repository: 'name', revision: 'refs/pr/1' }],
    [`hf:name@${'x'.repeat(250)}`, { repository: 'name', revision: 'x'.repeat(250) }],
  ])('reads %s', (name, parts) => expect(parseHubName(name)).toStrictEqual(parts))

  it.each(['hf:name@', 'hf:name@a b', 'hf:name@a@b', 'hf:name@ a', 'hf:name@a\n', `hf:name@${'x'.repeat(251)}`])(
    'refuses %j, whose revision is none',
    (name) => {
      expect(() => parseHubName(name)).toThrow(
        new TypeError(`${JSON.stringify(name)} has no valid revision after "@": expected a branch, a tag or a commit`),
      )
    },
  )

  it('refuses a name that is none, also with a revision', () => {
    expect(() => parseHubName('hf:a/b/c@v1')).toThrow(
      new TypeError('"hf:a/b/c@v1" is not a valid repository name: expected hf:org/name'),
    )
  })
})

it.each([
  ['hf:org/name', true],
  ['hf:', true],
  ['org/name', false],
  ['xhf:org/name', false],
])('%s is a name on the hub: %s', (name, expected) => expect(isHubName(name)).toBe(expected))
