import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { prose, roff } from '../../scripts/generate/man-page/roff.js'
import { wholeProgram } from '../../src/cli/program.js'

const page = readFileSync(new URL('../../man/model-entity.1', import.meta.url), 'utf8')

it('the manual page has every command with all its options', async () => {
  const sections = page.split(/^\.S[HS] /m)
  for (const command of (await wholeProgram()).commands) {
    const section = sections.find((one) => one.startsWith(`${command.name()}\n`)) ?? expect.fail(command.name())
    for (const { long, hidden } of command.options)
      if (!hidden) expect(section).toContain(`\\fB${roff(long ?? '')}\\fR`)
  }
})

it('the manual page is ASCII in lines of at most 80 bytes, but for examples and usage', () => {
  expect(page).toMatch(/^[\x20-\x7e\n]*$/)
  const long = page.split('\n').filter((line) => line.length > 80)
  expect(long.filter((line) => !/^(?:model\\-entity|curl|\.\\"|\\fB)/.test(line))).toEqual([])
})

it('nothing in a text is a request to the formatter', () => {
  expect(roff('.SH NAME')).toBe('\\&.SH NAME')
  expect(roff("'so x")).toBe("\\&'so x")
  expect(roff('a\\fBb-c…')).toBe('a\\efBb\\-c\\[u2026]')
  expect(prose(`${'x'.repeat(78)} .so file`)).toBe(`${'x'.repeat(78)}\n\\&.so file`)
})
