import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CREATION_REFUSALS, creationRefusals, type RegistryState } from '../../../src/validation/index.js'
import { pythonRepr, pythonStrip } from '../../../src/validation/python-text.js'

const SPEC = {
  ...{
    checkpoint_model_name: 'x',
    family: 'llama',
    num_layers: 1,
    hidden_size: 8,
    num_attention_heads: 1,
    num_kv_heads: 1,
  },
  ...{
    ffn_hidden_size: 8,
    vocab_size: 8,
    tied_embeddings: true,
    gated_mlp: true,
    base_num_parameters: 8,
    precision: 'x',
  },
}
const PLUGIN = { ...SPEC, tool_call_config: { tool_call_plugin: 'w/p' } }
const EMPTY: RegistryState = {
  hasWorkspace: () => false,
  hasProject: () => false,
  hasFileset: () => false,
  hasModel: () => true,
  mayTrustRemoteCode: false,
}

function reasons(request: object, workspace = 'w', state: RegistryState = {}): string[] {
  return creationRefusals(request, { workspace, state }).map(({ reason }) => reason)
}

describe('creationRefusals', () => {
  it('answers nothing for a request that creates a model', () => {
    expect(
      creationRefusals({ name: 'llama', fileset: 'w/f', project: 'p', spec: SPEC }, { workspace: 'w' }),
    ).toStrictEqual([])
  })

  it('tells all that stands in the way, in the order of the route', () => {
    const request = { name: 'Llama', fileset: 'x/y', project: 'p', spec: PLUGIN, trust_remote_code: true }
    expect(reasons(request, 'a b', EMPTY)).toStrictEqual([
      'fileset-not-found',
      'tool-call-plugin-not-allowed',
      'trust-remote-code-not-allowed',
      'name-exists',
      'workspace-not-accepted',
      'name-not-accepted',
      'workspace-not-found',
      'project-not-found',
    ])
  })

  it('says what the platform says of remote code that a user may not trust', () => {
    const request = { name: 'llama', trust_remote_code: true }
    expect(creationRefusals(request, { workspace: 'w', state: { mayTrustRemoteCode: false } })).toMatchObject([
      {
        status: 403,
        loc: ['body', 'trust_remote_code'],
        detail: 'Insufficient permissions to set the trust_remote_code field',
      },
    ])
  })

  it('knows nothing of a registry of which it is told nothing', () => {
    expect(reasons({ name: 'llama', fileset: 'x/y', project: 'p', trust_remote_code: true })).toStrictEqual([])
  })

  it('tells the errors of a body that fails validation, and no more', () => {
    expect(creationRefusals({ name: 'a b', fileset: 'a/b/c' }, { workspace: 'w' })).toMatchObject([
      { status: 422, reason: 'body-not-valid', loc: ['body', 'name'], detail: [{ type: 'string_pattern_mismatch' }] },
    ])
  })

  it('asks for a fileset in its own workspace, without the blanks around it', () => {
    const asked: string[] = []
    const hasFileset = (workspace: string, name: string) => asked.push(`${workspace}/${name}`) > 0
    for (const fileset of ['f', 'o/f', ' o/f ']) reasons({ name: 'ab', fileset }, 'w', { hasFileset })
    expect(asked).toStrictEqual(['w/f', 'o/f', 'o/f'])
  })

  it('refuses a plugin that the fileset brings in, and none where plugins are allowed', () => {
    const state: RegistryState = { filesetHasToolCallPlugin: (workspace, name) => workspace === 'w' && name === 'f' }
    expect(creationRefusals({ name: 'ab', fileset: 'f' }, { workspace: 'w', state })).toMatchObject([
      { status: 403, loc: ['body', 'fileset'], reason: 'tool-call-plugin-not-allowed' },
    ])
    expect(reasons({ name: 'ab', spec: PLUGIN }, 'w', { toolCallPlugin: 'allowed' })).toStrictEqual([])
    expect(
      creationRefusals({ name: 'ab', spec: PLUGIN }, { workspace: 'w', state: { toolCallPlugin: 'forbidden' } })[0]
        ?.detail,
    ).toContain('Requires the models.tool-call-plugin.set permission')
  })

  it('asks nothing of a fileset that is not set, or is no reference', () => {
    const state: RegistryState = {
      hasFileset: () => false,
      filesetHasToolCallPlugin: () => true,
    }
    for (const fileset of [undefined, null, '']) expect(reasons({ name: 'ab', fileset }, 'w', state)).toStrictEqual([])
    for (const fileset of ['/', ' ', 'a/', '/a', 'a/b/c', 'a//']) {
      expect(reasons({ name: 'ab', fileset }, 'w', state), fileset).toStrictEqual(['fileset-not-a-reference'])
    }
  })

  it('gives the place of each refusal', () => {
    const request = { name: 'Llama', fileset: 'x/y', project: 'p', spec: PLUGIN, trust_remote_code: true }
    const state = { ...EMPTY, hasModel: () => false }
    expect(creationRefusals(request, { workspace: 'a b', state }).map(({ loc }) => loc)).toStrictEqual([
      ['body', 'fileset'],
      ['body', 'spec', 'tool_call_config', 'tool_call_plugin'],
      ['body', 'trust_remote_code'],
      ['path', 'workspace'],
      ['body', 'name'],
      ['path', 'workspace'],
      ['body', 'project'],
    ])
    const placeOf = (body: object, workspace = 'w') => creationRefusals(body, { workspace, state: EMPTY })[0]?.loc
    expect(placeOf({ name: 'ab' })).toStrictEqual(['body', 'name'])
    expect(placeOf({ name: '..' })).toStrictEqual(['body', 'name'])
    expect(placeOf({ name: '.' }, '.')).toStrictEqual(['path', 'workspace'])
    expect(placeOf({ name: 'ab' }, '')).toStrictEqual(['path', 'workspace'])
    expect(placeOf([])).toStrictEqual(['body'])
    expect(
      placeOf({ name: 'ab', custom_fields: JSON.parse(`{"a": ${'['.repeat(1000)}${']'.repeat(1000)}}`) }),
    ).toStrictEqual(['body'])
    expect(placeOf({ name: 'ab', fileset: 'a/\ud800' })).toStrictEqual(['body', 'fileset'])
  })

  it('knows how deep the platform can write, and how deep it can answer', () => {
    const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)
    const told = (body: object) =>
      creationRefusals({ name: 'ab', ...body }, { workspace: 'w' }).map(({ status, loc, reason }) => [
        status,
        ...loc,
        reason,
      ])
    const inParameters = (depth: number) => told({ prompt: { inference_params: { value: nested(depth) } } })
    for (const field of ['custom_fields', 'ownership']) {
      expect(told({ [field]: { value: nested(254) } })).toStrictEqual([])
      expect(told({ [field]: { value: nested(255) } })).toStrictEqual([[409, 'body', 'too-deep']])
      expect(told({ [field]: { value: nested(256) } })).toStrictEqual([[400, 'body', 'too-deep']])
    }
    expect(inParameters(253)).toStrictEqual([])
    expect(inParameters(254)).toStrictEqual([[409, 'body', 'too-deep']])
    expect(inParameters(255)).toStrictEqual([[409, 'body', 'too-deep']])
    expect(inParameters(256)).toStrictEqual([[400, 'body', 'too-deep']])
  })

  it('has a sentence for each reason', () => {
    for (const [reason, sentence] of Object.entries(CREATION_REFUSALS)) expect(sentence, reason).toMatch(/^[A-Z].*\.$/)
  })

  it('knows no route with an empty workspace or one with a slash', () => {
    expect(reasons({ name: 'ab' }, '')).toStrictEqual(['no-such-route'])
    expect(reasons({ name: 'ab' }, 'a/b')).toStrictEqual(['no-such-route'])
  })

  it('tells of half a surrogate pair, in a fileset to the letter', () => {
    const [refusal] = creationRefusals({ name: 'ab', fileset: 'x\udc00\udc01' }, { workspace: 'w' })
    expect(refusal?.detail).toBe("'utf-8' codec can't encode characters in position 1-2: surrogates not allowed")
    expect(reasons({ name: 'ab', fileset: 'x\udc00' })).toStrictEqual(['not-unicode'])
    expect(reasons({ name: 'ab', fileset: '\udc00/x', base_model: '\ud800' })).toStrictEqual([
      'not-unicode',
      'not-unicode',
    ])
    for (const a of ['\ud800', ['\ud800'], ['b', { c: ['\ud800', 'd', 1] }], [1, '\ud800', {}]]) {
      expect(reasons({ name: 'ab', custom_fields: { a, b: 'c' } })).toStrictEqual(['not-unicode'])
    }
    expect(reasons({ name: 'ab', custom_fields: { a: ['🦙', { b: 'é' }] } })).toStrictEqual([])
  })

  it('answers any request and workspace, and only reasons that are listed', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('ab', 'a/b', '.', ' x', 'Already exists'))
    fc.assert(
      fc.property(texts, texts, texts, fc.jsonValue(), (workspace, name, fileset, value) => {
        const request = { name, fileset, custom_fields: { value } }
        for (const { reason } of creationRefusals(request, { workspace, state: EMPTY })) {
          expect(Object.keys(CREATION_REFUSALS)).toContain(reason)
        }
      }),
    )
  })

  it('measures hostile free fields in linear time', () => {
    let deep: unknown = []
    for (let depth = 0; depth < 900; depth += 1) deep = [deep]
    const wide = Array.from({ length: 200_000 }, () => 1)
    expect(reasons({ name: 'ab', custom_fields: { deep, wide } })).toStrictEqual(['too-deep'])
  })
})

describe('a text as Python writes it', () => {
  it.each([
    ["it's", '"it\'s"'],
    ['a\'b"c', "'a\\'b\"c'"],
    ['é日🦙', "'é日🦙'"],
    ['\u00ad\u2028\ud800\u{e0001}', "'\\xad\\u2028\\ud800\\U000e0001'"],
    ['\n\t\r\\\u0000 ', "'\\n\\t\\r\\\\\\x00 '"],
  ])('%j is %s', (text, expected) => {
    expect(pythonRepr(text)).toBe(expected)
  })

  it('is stripped of the blanks that Python knows', () => {
    expect(pythonStrip('\u001c\u0085 \u3000a b\ufeff\u2003\n')).toBe('a b\ufeff')
    expect(pythonStrip(' \n ')).toBe('')
  })
})

it.each([
  [{ hasModels: () => true }, 'unknown option `state.hasModels`; did you mean `state.hasModel`?'],
  [{ toolCallPlugin: 'allow' }, 'should be "disabled", "forbidden" or "allowed", not "allow"'],
  [{ hasModel: true }, 'a function'],
])('a state of %o is refused, not ignored', (state, message) => {
  expect(() => creationRefusals({ name: 'llama' }, { workspace: 'w', state: Object(state) })).toThrow(message)
})
