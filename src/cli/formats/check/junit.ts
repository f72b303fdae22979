import type { Diagnostic } from '../../../manifest/index.js'
import { type CheckedFile, type CheckFormatter, sentenceOf } from './formatter.js'
import { xmlText } from './xml-text.js'

/**
 * A JUnit report, valid for the schemas of Ant and Jenkins. Each file is a test suite. Each error is a failed test, and a file
 * without errors is one passed test. Warnings and infos do not fail: they are the output of the suite.
 */
export function junit(startedAt: Date = new Date()): CheckFormatter {
  const timestamp = startedAt.toISOString().slice(0, 19)
  let suites = 0
  return {
    listsAll: true,
    begin: () => '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n',
    *file(file) {
      yield* suite(file, `id="${suites}" timestamp="${timestamp}"`)
      suites += 1
    },
    end({ summary, failure }) {
      // Without errors, warnings make the check fail.
      if (failure === undefined || summary.errors > 0) return '</testsuites>\n'
      const attributes = `id="${suites}" timestamp="${timestamp}"`
      const failed = testcase('warnings', 'model-entity check', 'max-warnings', failure, failure)
      return `${suiteStart('model-entity check', attributes, 1, 1)}${failed}${suiteEnd('')}</testsuites>\n`
    },
  }
}

function* suite({ name, diagnostics }: CheckedFile, attributes: string): Generator<string> {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  yield suiteStart(name, attributes, Math.max(errors.length, 1), errors.length)
  for (const one of errors) {
    const title = `${one.line}:${one.column} ${one.code}${one.loc.length === 0 ? '' : ` ${one.loc.join('.')}`}`
    yield testcase(title, name, one.code, sentenceOf(one), lineOf(one))
  }
  if (errors.length === 0) yield `    <testcase name="no errors" classname="${xmlText(name)}" time="0"/>\n`
  yield suiteEnd(
    diagnostics
      .filter(({ severity }) => severity !== 'error')
      .map((one) => xmlText(lineOf(one)))
      .join('\n'),
  )
}

function suiteStart(name: string, attributes: string, tests: number, failures: number): string {
  const title = xmlText(name)
  return `  <testsuite name="${title}" package="model-entity" ${attributes} hostname="localhost" tests="${tests}" failures="${failures}" errors="0" time="0">\n    <properties/>\n`
}

function suiteEnd(output: string): string {
  return `    <system-out>${output}</system-out>\n    <system-err/>\n  </testsuite>\n`
}

function testcase(name: string, classname: string, type: string, message: string, text: string): string {
  return `    <testcase name="${xmlText(name)}" classname="${xmlText(classname)}" time="0">\n      <failure type="${xmlText(type)}" message="${xmlText(message)}">${xmlText(text)}</failure>\n    </testcase>\n`
}

/** A diagnostic on one line, with its place and its help. */
function lineOf(one: Diagnostic): string {
  const help = one.help === '' ? '' : ` (help: ${one.help})`
  return `${one.file}:${one.line}:${one.column}: ${one.severity} ${one.code}: ${sentenceOf(one)}${help}`
}
