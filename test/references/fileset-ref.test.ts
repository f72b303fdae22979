import { describe, expect, it } from 'vitest'
import { formatFilesetRef, isSameFileset, parseFilesetRef } from '../../src/references/index.js'
import { anyName, anyRef, itRoundTrips, itTellsWhatIsWrong } from './parser-laws.js'

describe('parseFilesetRef', () => {
  itTellsWhatIsWrong(parseFilesetRef)
  itRoundTrips(anyRef(anyName), formatFilesetRef, parseFilesetRef)

  it.each([
    ['files', null, 'files'],
    ['team/files', 'team', 'files'],
    ['  team/files\n', 'team', 'files'],
    ['fileset://files', null, 'files'],
    ['\tfileset://team/files\u00a0', 'team', 'files'],
  ])('reads %j', (text, workspace, name) => {
    expect(parseFilesetRef(text)).toStrictEqual({ ok: true, value: { workspace, name } })
  })

  it.each([
    [' ', 0, '" "'],
    ['fileset://', 10, 'the end'],
    ['/files', 0, '"/"'],
    ['team/', 5, 'the end'],
    ['team/files/x', 10, '"/"'],
    ['team//files', 5, '"/"'],
    ['team /files', 4, '" "'],
    ['fileset:// team/files', 10, '" "'],
    ['FILESET://team/files', 7, '":"'],
    ['s3://bucket', 2, '":"'],
    [`${'a'.repeat(256)}/x`, 255, '256 characters from offset 0 on'],
  ])('refuses %j', (text, offset, found) => {
    expect(parseFilesetRef(text)).toMatchObject({ ok: false, error: { offset, found } })
  })
})

describe('isSameFileset', () => {
  it('takes a bare reference for one of the workspace where it is read', () => {
    const bare = { workspace: null, name: 'files' }
    expect(isSameFileset(bare, { workspace: 'team', name: 'files' }, 'team')).toBe(true)
    expect(isSameFileset(bare, { workspace: 'other', name: 'files' }, 'team')).toBe(false)
    expect(isSameFileset(bare, { workspace: null, name: 'others' }, 'team')).toBe(false)
  })
})

describe('formatFilesetRef', () => {
  it('throws rather than write what cannot be read, or reads as something else', () => {
    expect(() => formatFilesetRef({ workspace: '', name: 'files' })).toThrow('expected a letter')
    expect(() => formatFilesetRef({ workspace: null, name: 'team/files' })).toThrow('different parts')
    expect(() => formatFilesetRef({ workspace: null, name: ' files' })).toThrow('different parts')
  })
})
