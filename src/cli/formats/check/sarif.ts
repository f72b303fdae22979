import type { Diagnostic, DiagnosticSeverity, Excerpt, Place, SuppressedDiagnostic } from '../../../manifest/index.js'
import { version } from '../../version.js'
import { printable } from '../printable.js'
import { describeCode } from './code-descriptions.js'
import { type Fingerprint, fingerprints } from './fingerprints.js'
import { type CheckedFile, type CheckFormatter, sentenceOf } from './formatter.js'
import { indented } from './json.js'

/** SARIF 2.1.0, for code scanning. The rules come after the results: only those that occur are listed. */
export function sarif(): CheckFormatter {
  const fingerprintOf = fingerprints()
  const rules = new Map<string, Rule>()
  let isFirst = true

  function written(one: Diagnostic, excerpt: Excerpt | undefined, suppressed?: SuppressedDiagnostic): string {
    const separator = isFirst ? '' : ','
    isFirst = false
    return `${separator}\n        ${indented(resultOf(one, excerpt, rules, fingerprintOf, suppressed), '        ')}`
  }

  return {
    begin: () =>
      '{\n  "$schema": "https://json.schemastore.org/sarif-2.1.0.json",\n  "version": "2.1.0",\n  "runs": [\n    {\n      "columnKind": "utf16CodeUnits",\n      "results": [',
    *file({ diagnostics, excerpts, suppressed }: CheckedFile) {
      for (const [at, one] of diagnostics.entries()) yield written(one, excerpts[at])
      for (const one of suppressed) yield written(one.diagnostic, one.excerpt, one)
    },
    end: () => {
      const driver = {
        name: 'model-entity',
        informationUri: 'https://www.npmjs.com/package/model-entity',
        version: version(),
        rules: [...rules.values()].map(({ index: _, ...rule }) => rule),
      }
      // A run that finds errors is still a successful run of the tool.
      const rest = `"tool": ${indented({ driver }, '      ')},\n      "invocations": [{ "executionSuccessful": true }]`
      return `${isFirst ? '' : '\n      '}],\n      ${rest}\n    }\n  ]\n}\n`
    },
  }
}

const LEVELS: Readonly<Record<DiagnosticSeverity, string>> = { error: 'error', warning: 'warning', info: 'note' }

interface Rule {
  readonly index: number
  readonly id: string
}

function ruleOf({ code, severity, url }: Diagnostic, rules: Map<string, Rule>): Rule {
  const known = rules.get(code)
  if (known !== undefined) return known
  const { text, severity: usual } = describeCode(code, severity)
  const made = {
    index: rules.size,
    id: code,
    shortDescription: { text },
    fullDescription: { text },
    help: { text: `${text} See ${url}`, markdown: `${text} [Read more](${url})` },
    helpUri: url,
    defaultConfiguration: { level: LEVELS[usual] },
  }
  rules.set(code, made)
  return made
}

function resultOf(
  one: Diagnostic,
  excerpt: Excerpt | undefined,
  rules: Map<string, Rule>,
  fingerprintOf: Fingerprint,
  suppressed?: SuppressedDiagnostic,
): object {
  const artifactLocation = { uri: uriOf(one.file) }
  const help = one.help === '' ? '' : `\nhelp: ${printable(one.help)}`
  const path = one.loc.join('.')
  return {
    ruleId: one.code,
    ruleIndex: ruleOf(one, rules).index,
    level: LEVELS[one.severity],
    message: { text: `${printable(sentenceOf(one))}${help}` },
    locations: [
      {
        physicalLocation: { artifactLocation, region: regionOf(one) },
        ...(path !== '' && { logicalLocations: [{ fullyQualifiedName: path, kind: 'member' }] }),
      },
    ],
    ...(one.related !== undefined && {
      relatedLocations: one.related.map((related, id) => ({
        id,
        message: { text: printable(related.message) },
        physicalLocation: { artifactLocation, region: regionOf(related) },
      })),
    }),
    partialFingerprints: { 'modelEntity/v1': fingerprintOf(one, excerpt) },
    ...(suppressed !== undefined && {
      suppressions: [
        {
          kind: suppressed.kind,
          ...(suppressed.justification !== undefined && { justification: printable(suppressed.justification) }),
        },
      ],
    }),
    ...(one.fix !== undefined && {
      fixes: [
        {
          description: { text: printable(one.fix.title) },
          artifactChanges: [
            {
              artifactLocation,
              replacements: one.fix.edits.map((edit) => ({
                deletedRegion: regionOf(edit),
                insertedContent: { text: edit.text },
              })),
            },
          ],
        },
      ],
    }),
  }
}

function regionOf({ line, column, endLine, endColumn }: Place): object {
  return { startLine: line, startColumn: column, endLine, endColumn }
}

/** A path as a URI: relative to the folder of the run, or `file:` if it is absolute. */
function uriOf(path: string): string {
  const encoded = path
    .replace(/^(?:\.\/)+/, '')
    .split('/')
    .map((step) => encodeURIComponent(step.replace(/[\ud800-\udfff]/gu, '\ufffd')))
    .join('/')
  if (/^[a-z]%3A\//i.test(encoded)) return `file:///${encoded.replace('%3A', ':')}`
  return encoded.startsWith('/') ? `file://${encoded}` : encoded
}
