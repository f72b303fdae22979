import { describe, expect, it } from 'vitest'
import {
  ALL_WORKSPACES,
  DEFAULT_WORKSPACE,
  formatWorkspace,
  parseWorkspace,
  SYSTEM_WORKSPACE,
} from '../../src/references/index.js'
import { anyName, itRoundTrips, itTellsWhatIsWrong } from './parser-laws.js'

const anyNamedWorkspace = anyName
  .filter((name) => name !== '-')
  .map((name) => ({ name: `x${name}`.slice(0, 255), meaning: 'named' }))

describe('parseWorkspace', () => {
  itTellsWhatIsWrong(parseWorkspace)
  itRoundTrips(anyNamedWorkspace, formatWorkspace, parseWorkspace)

  it.each([
    [DEFAULT_WORKSPACE, 'default'],
    [SYSTEM_WORKSPACE, 'system'],
    [ALL_WORKSPACES, 'all'],
    ['Default', 'named'],
    ['--', 'named'],
  ])('takes %s to mean: %s', (name, meaning) => {
    expect(parseWorkspace(name)).toEqual({ ok: true, value: { name, meaning } })
  })
})
