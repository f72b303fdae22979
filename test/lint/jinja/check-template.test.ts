import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { parse, tokenize } from '@huggingface/jinja'
import { describe, expect, it } from 'vitest'
import { checkTemplate } from '../../../src/lint/jinja/check-template.js'

/**
 * Templates with what Jinja2 3.1.6 said of each, in the environment of transformers (sandboxed, `trim_blocks`,
 * `lstrip_blocks`, loop controls, the `generation` tag; Python 3.11): null, or the error. Templates of real models,
 * each construct of the grammar, and both with tokens dropped, added and swapped.
 */
const RECORDED: [template: string, error: string | null][] = JSON.parse(
  readFileSync(new URL('../../fixtures/chat-templates.json', import.meta.url), 'utf8'),
)

/**
 * More templates, most with more than one error and with line ends in their tags, and what the same Jinja2 said first: null, or
 * the line and the message. What Python's compiler says of the code that Jinja2 makes has no line of the template.
 */
const FIRST_ERRORS: [template: string, error: [line: number | null, message: string] | null][] = gunzipSync(
  readFileSync(new URL('../../fixtures/chat-template-errors.jsonl.gz', import.meta.url)),
)
  .toString()
  .split('\n')
  .map((line) => JSON.parse(line))

/** Single constructs, and what the same Jinja2 said of each: null, or the line of its error. */
const CONSTRUCTS: [template: string, line: number | null][] = JSON.parse(
  readFileSync(new URL('../../fixtures/chat-template-constructs.json', import.meta.url), 'utf8'),
)

describe('checkTemplate', () => {
  it(`agrees with Jinja2 on ${CONSTRUCTS.length} single constructs, also in the line of the error`, () => {
    expect(CONSTRUCTS.map(([template]) => [template, checkTemplate(template)?.line ?? null])).toEqual(CONSTRUCTS)
  })

  it(`tells the first error in its line, as Jinja2 does, of ${FIRST_ERRORS.length} recorded templates`, () => {
    const differing = FIRST_ERRORS.filter(([template, error]) => {
      const found = checkTemplate(template)
      return (found === undefined) !== (error === null) || (error?.[0] && found?.line !== error[0])
    })
    expect(differing).toEqual([])
    expect(FIRST_ERRORS.filter(([, error]) => error !== null).length).toBeGreaterThan(700)
  })

  it(`agrees with Jinja2 on all ${RECORDED.length} recorded templates`, () => {
    const differing = RECORDED.filter(
      ([template, error]) => (checkTemplate(template) === undefined) !== (error === null),
    )
    expect(differing).toEqual([])
    expect(RECORDED.filter(([, error]) => error === null).length).toBeGreaterThan(300)
  })

  it('judges better than the parser of @huggingface/jinja, which runs templates and errs both ways', () => {
    const accepts = (template: string) => {
      try {
        return Boolean(parse(tokenize(template, { trim_blocks: true, lstrip_blocks: true })))
      } catch {
        return false
      }
    }
    const wrong = RECORDED.filter(([template, error]) => accepts(template) !== (error === null))
    expect(wrong.filter(([, error]) => error === null).length).toBeGreaterThan(30)
    expect(wrong.filter(([, error]) => error !== null).length).toBeGreaterThan(30)
  })

  it.each([
    ['{{ foo bar }}\n\n\n{{ $ }}', 1, 'expected "}}", found "bar"'],
    [
      '{{ a }}\n{% macro x(caller) %}{{ caller() }}{% endmacro %}',
      2,
      'the parameter "caller" needs a default, or must be removed',
    ],
    ['{% if a %}\nx', 2, '"if" is never closed: expected {% elif %} or {% else %} or {% endif %}'],
    ['a\r\n{% endfor %}', 2, 'unknown tag "endfor"'],
    ['{% for a in b %}{% endif %}', 1, 'unknown tag "endif": expected {% endfor %} or {% else %}'],
    ['{{ a', 1, 'expected "}}", found the end of the template'],
    ['{{ }}', 1, 'expected an expression, found "}}"'],
    ['{{ (a] }}', 1, 'unexpected "]", expected ")"'],
    ['\n\n{{ a | nosuch }}', 3, 'unknown filter "nosuch"'],
    ['{{ a is nosuch }}', 1, 'unknown test "nosuch"'],
    ['{% break %}', 1, '"break" outside a loop'],
    ['{# a', 1, 'this comment is never closed'],
    ['{% raw %}a', 1, 'this raw block is never closed'],
    ['{{ "a }}', 1, 'this string is never closed: expected "'],
    ['{{ a @ b }}', 1, 'unexpected character "@"'],
    ['{% set 1 = a %}', 1, 'cannot assign to a number'],
    ['{% set true = a %}', 1, 'cannot assign to "true"'],
    ['{% set false = a %}', 1, 'cannot assign to "false"'],
    ['{% set none = a %}', 1, 'cannot assign to "none"'],
    ['{% set True = a %}', 1, 'cannot assign to "True"'],
    ['{% set False = a %}', 1, 'cannot assign to "False"'],
    ['{% set None = a %}', 1, 'cannot assign to "None"'],
    ["{{ a 'b' }}", 1, 'expected "}}", found a string'],
    ['{{ a 1 }}', 1, 'expected "}}", found a number'],
    ['{{ a 1.5 }}', 1, 'expected "}}", found a number'],
    ['{% block 1 %}', 1, 'expected a name, found a number'],
    ['{% 1 %}', 1, 'expected the name of a tag, found a number'],
    ['a{% if b %}c{{ d {% endif %}', 1, 'expected "}}", found "{"'],
    ['{% if a }}', 1, 'unexpected "}"'],
    ['{{ a|nosuch }}\n{% if b %}{% extends c %}{% endif %}', 1, 'unknown filter "nosuch"'],
    [`{{ ${'²'.repeat(70)} }}`, 1, `"${'²'.repeat(60)}" is not an identifier`],
    [`{{ '\\N{${'x'.repeat(70)}}' }}`, 1, `unknown character name "${'x'.repeat(60)}"`],
    ['{{ a[1:2, 3] }}', 1, 'Python cannot compile a slice next to other indices'],
    ['{% macro m(a, a) %}{% endmacro %}', 1, 'the parameter "a" is given twice'],
    [
      `{% macro m(${'a'.repeat(70)}, ${'a'.repeat(70)}) %}{% endmacro %}`,
      1,
      `the parameter "${'a'.repeat(60)}" is given twice`,
    ],
    ['{{ f(a=1, b) }}', 1, 'arguments are out of order: positional arguments come before named ones'],
  ])('says of %j what is wrong, in line %i', (template, line, message) => {
    expect(checkTemplate(template)).toEqual({ line, message })
  })

  it.each([
    ['blanks in a tag', `{%${' '.repeat(2_000_000)}generation %}`],
    ['opening braces', '{'.repeat(2_000_000)],
    ['opened tags', '{% if a %}'.repeat(200_000)],
    ['opened expressions', '{{'.repeat(1_000_000)],
    ['brackets', `{{ ${'['.repeat(1_000_000)}`],
    ['negations', `{{ ${'not '.repeat(500_000)}`],
    ['signs', `{{ ${'-'.repeat(1_000_000)}`],
    ['digits', `{{ ${'1_'.repeat(1_000_000)}`],
    ['backslashes', `{{ '${'\\'.repeat(2_000_001)}`],
    ['comments', '{# '.repeat(500_000)],
    ['raw blocks', '{% raw %}{% '.repeat(300_000)],
    ['conditions', `{{ a${' if b else c'.repeat(300_000)}`],
    ['tests', `{{ a${' is b'.repeat(300_000)}`],
    ['filters', `{{ a${'|nosuch'.repeat(300_000)} }}`],
  ])('is done with megabytes of %s', (_, template) => {
    expect(checkTemplate(template)).toBeDefined()
  })

  it('takes megabytes of plain text and of short tags', () => {
    expect(checkTemplate('x\n'.repeat(1_000_000))).toBeUndefined()
    expect(checkTemplate('{{ a }}\n{% if b %}c{% endif %}'.repeat(50_000))).toBeUndefined()
  })
})

describe('a named argument that is given twice', () => {
  // Jinja2 3.1.6 passes arguments with names of Python's keywords in a dictionary, and then all of them.
  it.each([
    ['{{ f(a=1, a=2) }}', false],
    ['{{ f(a=1, b=2, a=3) }}', false],
    ['{{ f(a=1, a=2, class=3) }}', true],
    ['{{ f(class=1, class=2) }}', true],
    ['{{ f(a=1, class=3) }}', true],
    ['{{ f(a=1, b=2) }}', true],
  ])('%s compiles: %s', (template, isRight) => expect(checkTemplate(template) === undefined).toBe(isRight))
})
