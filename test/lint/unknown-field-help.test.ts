import { describe, expect, it } from 'vitest'
import { lint } from '../../src/lint/index.js'
import { request, spec } from './clean.js'

/** What is said to do about an unknown field of a spec, or of a request. */
function help(name: string, of: 'spec' | 'request' = 'spec'): string | undefined {
  const value = of === 'spec' ? spec({ [name]: 1 }) : request({ [name]: 1 })
  return lint('CreateModelEntityRequest', value).find(({ code }) => code === 'unknown-field')?.help
}

describe('the help for a field that is not known', () => {
  it.each(['num', 'is', 'n', 'of', 'the', 'per', 'config', 'model', 'size', 'all'])(
    'finds no similar fields by the word "%s"',
    (word) => expect(help(`${word}_qqqqqqqqqq`)).toBe('remove it; `model-entity schema ModelSpec` prints the fields'),
  )

  it.each([
    ['layers_qqqqqqqqqq', 'remove it; similar fields are num_layers, linear_layers'],
    ['qqqqqqqqqqLayer', 'remove it; similar fields are num_layers, linear_layers'],
    ['bases_qqqqqqqqqq', 'remove it; similar fields are base_num_parameters'],
    ['lora_qqqqqqqqqq', 'remove it; similar fields are minimum_gpus_lora'],
    [
      'hidden_layers_ffn_qqqqqqqqqq',
      'remove it; similar fields are ffn_hidden_size, num_layers, hidden_size, linear_layers',
    ],
    [`${'q'.repeat(100)}_lora`, 'remove it; `model-entity schema ModelSpec` prints the fields'],
    ['weight_tying', 'did you mean "tied_embeddings"? it is given too: remove one of them'],
    ['r', 'remove it; `model-entity schema ModelSpec` prints the fields'],
    ['rank', 'remove it; `model-entity schema ModelSpec` prints the fields'],
    ['window_size', '"window_size" is a field of spec.sliding_window_config; move it there'],
    ['d_state', 'did you mean "state_size" of spec.mamba_config?'],
    ['fileset', '"fileset" is a field of CreateModelEntityRequest; move it there'],
  ])('%s: %s', (name, expected) => expect(help(name)).toBe(expected))

  it.each([
    ['adapters', 'remove it: "adapters" is a field of ModelEntity, and the service sets it'],
    [
      'qqqqqqqqqq',
      'remove it, or move it into "custom_fields"; `model-entity schema CreateModelEntityRequest` prints the fields',
    ],
    ['num_hidden_layers', 'did you mean "num_layers" of spec?'],
    ['tool_parser', 'did you mean "tool_call_parser" of spec.tool_call_config?'],
    ['base_modle', 'did you mean "base_model"?'],
  ])('of a request, %s: %s', (name, expected) => expect(help(name, 'request')).toBe(expected))

  it('lists the fields of a small definition', () => {
    const value = spec({ sliding_window_config: { window_size: 1, qqqqqqqqqq: 1 } })
    expect(lint('CreateModelEntityRequest', value).find(({ code }) => code === 'unknown-field')?.help).toBe(
      'remove it; the fields of SlidingWindowConfig are window_size',
    )
  })

  it('says that a field is given too, and corrects no key where two mean the same', () => {
    const both = lint('CreateModelEntityRequest', spec({ num_hidden_layers: 2 })).find(
      ({ code }) => code === 'unknown-field',
    )
    expect(both?.help).toBe('did you mean "num_layers"? it is given too: remove one of them')
    const rivals = lint('CreateModelEntityRequest', { name: 'ab', filest: 'a/b', filesets: 'a/b' })
    expect(
      rivals.filter(({ code }) => code === 'unknown-field').map(({ help, correction }) => [help, correction]),
    ).toEqual([
      ['did you mean "fileset"?', undefined],
      ['did you mean "fileset"?', undefined],
    ])
    const [alone] = lint('CreateModelEntityRequest', { name: 'ab', filest: 'a/b' })
    expect(alone?.correction).toEqual({ key: 'fileset' })
  })
})
