import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { validate } from '../../src/validation/index.js'
import { IMPLEMENTATIONS } from '../languages/conformance.js'
import { GENERATORS } from '../languages/generators/index.js'
import { losses } from '../languages/loss.js'
import { conformanceTable, differenceList, generatorTable, validatorTable } from '../languages/report.js'
import { samples } from '../languages/samples.js'
import { strictCases } from '../languages/validators/check-validator.js'
import { DIFFERENCE_CLASSES, DIFFERENCE_NAMES, plainBody } from '../languages/validators/differences.js'
import { STRICT_CASES, VALIDATORS } from '../languages/validators/tools.js'

const root = new URL('../../', import.meta.url)
const guide = readFileSync(new URL('docs/languages.md', root), 'utf8')

describe('the guide to other languages', () => {
  it('lists the generators as they are tested', () => {
    expect(guide).toContain(generatorTable(GENERATORS))
  })

  it('shows how many answers of each implementation are the service’s', () => {
    expect(guide).toContain(conformanceTable(IMPLEMENTATIONS))
  })

  it('shows how many verdicts of each validator are the service’s, and the classes of the others', () => {
    expect(strictCases()).toHaveLength(STRICT_CASES)
    expect(guide).toContain(validatorTable(VALIDATORS, STRICT_CASES))
    expect(guide).toContain(differenceList())
    expect(DIFFERENCE_NAMES.filter((name) => VALIDATORS.every(({ differences }) => !differences[name]))).toEqual([])
  })

  it('shows the programs of examples as they are', () => {
    const shown = [...guide.matchAll(/<!-- (examples\/\S+) -->\n```\w+\n([\s\S]*?)^```$/gm)]
    expect(shown.length).toBeGreaterThan(3)
    for (const [, path = '', text] of shown) expect(text).toBe(readFileSync(new URL(path, root), 'utf8'))
  })

  it('names artifacts that are in the package', () => {
    const paths = [...guide.matchAll(/`schemas\/([\w./-]+\.json)`/g)].map(([, path]) => path)
    const files = readdirSync(new URL('schemas/', root), { recursive: true, encoding: 'utf8' })
    expect(paths.filter((path) => !files.some((file) => file.replaceAll('\\', '/') === path))).toEqual([])
    expect(paths.length).toBeGreaterThan(5)
  })
})

describe('the entities that are sent through generated code', () => {
  it('are valid, and the same for the same seed', () => {
    const entities = samples(50, 7)
    expect(entities.filter((entity) => !validate('ModelEntity', entity).ok)).toEqual([])
    expect(samples(50, 7)).toEqual(entities)
    expect(samples(50, 8)).not.toEqual(entities)
  })
})

describe('the values that a class of differences is about', () => {
  it.each([
    ['integers', '{"rank": 1.0, "x": [1e3, 1.5, 2]}', '{"rank": 1, "x": [1000, 1.5, 2]}'],
    [
      'times',
      '{"created_at": "2024-01-15 09:30", "name": "2024"}',
      '{"created_at": "2024-01-15T09:30:00Z", "name": "2024"}',
    ],
    ['urls', '{"url": "http://é"}', '{"url": "https://example.com/"}'],
    ['letters', '{"name": "é𝒶b", "description": "é"}', '{"name": "aab", "description": "é"}'],
    ['newline', '{"name": "a\\n"}', '{"name": "a"}'],
    ['constants', '{"a": [NaN, -Infinity, 1e999, 1e9]}', '{"a": [1, 1, 1, 1e9]}'],
    ['freeNull', '{"input": null, "ctx": null}', '{"input": 1, "ctx": null}'],
    ['twoLimits', '{"max_tokens": 1, "max_completion_tokens": 2}', '{"max_tokens": 1}'],
  ] as const)('%s are replaced by plain ones, and nothing else', (name, body, plain) => {
    expect(plainBody(body, DIFFERENCE_CLASSES[name])).toBe(plain)
    expect(plainBody(plain, DIFFERENCE_CLASSES[name])).toBeUndefined()
  })
})

describe('what a round trip loses', () => {
  it.each([
    ['nothing', { a: 1, b: [null, { c: 'x' }] }, { a: 1, b: [null, { c: 'x' }] }, []],
    ['a null that is left out', { a: null }, {}, []],
    ['a null that is filled in', {}, { a: null }, []],
    ['a default that is filled in', {}, { enabled: true, state_size: 16 }, []],
    ['a time in another zone', { at: '2024-01-15T09:30:00.50+05:30' }, { at: '2024-01-15T04:00:00.5Z' }, []],
    ['a field', { a: 1 }, {}, ['.a: 1 became null']],
    ['a digit', { a: 9007199254740991 }, { a: 9007199254740992 }, ['.a: 9007199254740991 became 9007199254740992']],
    [
      'half a second',
      { at: '2024-01-15T09:30:00.5Z' },
      { at: '2024-01-15T09:30:00Z' },
      ['.at: "2024-01-15T09:30:00.5Z" became "2024-01-15T09:30:00Z"'],
    ],
    ['a value that is made up', {}, { enabled: false }, ['.enabled: false was not there']],
    ['an item', { a: [1, 2] }, { a: [1] }, ['.a: [1,2] became [1]']],
  ])('%s', (_what, before, after, lost) => {
    expect(losses(before, after)).toEqual(lost)
  })
})
