import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearest, unknownModel } from '../../src/options/index.js'

describe('nearest', () => {
  const known = ['hidden_size', 'num_layers', 'url', 'rank', 'targetModules', 'Lora']

  it.each([
    ['hidden_sizes', 'hidden_size'],
    ['hiddenSize', 'hidden_size'],
    ['NUM-LAYERS', 'num_layers'],
    ['target_modules', 'targetModules'],
    ['uri', 'url'],
    ['ranks', 'rank'],
    ['Loar', 'Lora'],
  ])('takes %s for %s', (text, name) => {
    expect(nearest(text, known)).toBe(name)
  })

  it.each(['key', 'dropout', 'xyz', '', 'hidden_size'.repeat(10)])('takes %j for nothing', (text) => {
    expect(nearest(text, known)).toBeUndefined()
  })

  it('finds a name from which one letter is missing, and one with two letters swapped', () => {
    const name = fc.stringMatching(/^[a-z]{6,20}$/)
    fc.assert(
      fc.property(name, fc.nat(18), (text, at) => {
        const place = at % (text.length - 1)
        const swapped = text.slice(0, place) + text[place + 1] + text[place] + text.slice(place + 2)
        expect(nearest(text.slice(0, place) + text.slice(place + 1), [text])).toBe(text)
        expect(nearest(swapped, [text])).toBe(text)
      }),
    )
  })
})

describe('unknownModel', () => {
  it.each([
    ['Loar', 'unknown model "Loar"; did you mean "Lora"?'],
    ['Model', 'unknown model "Model"; expected one of Lora, Adapter'],
    [8, 'a model should be a name such as "Lora", or a definition; not a number'],
    [undefined, 'a model should be a name such as "Lora", or a definition; not undefined'],
  ])('says of %j: %s', (given, message) => {
    expect(unknownModel(given, ['Lora', 'Adapter'])).toEqual(new TypeError(message))
  })
})
