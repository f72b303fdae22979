/** The documents that are open in the editor: how each is checked, and what the check says. */

import { basename } from 'node:path'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { EditedDocument } from '../../language-server/index.js'
import { checkSource } from '../../manifest/check-source.js'
import type { Diagnostic, ManifestCheck, ManifestFormat } from '../../manifest/index.js'
import { formatOf } from '../../manifest/manifest-format.js'
import { NO_POLICY } from '../../manifest/policy.js'
import type { SourceCheck } from '../../manifest/source-check.js'
import { readConfig } from '../../policy/index.js'
import { type Configs, isConfigFile, pathIn } from '../check/config-files.js'
import { acrossRules, estimateFor } from '../check/full-check.js'
import { readingFor } from '../check/reading-for.js'
import { pathOfUri } from './file-uri.js'
import type { Project } from './project.js'

/** A document that is open. */
export interface OpenDocument {
  readonly edited: EditedDocument
  /** How it is checked. Undefined if it is not: a config, an excluded file, a file of another kind. */
  readonly check: DocumentCheck | undefined
}

/** What the check says about a document. */
export interface CheckedDocument extends OpenDocument {
  readonly diagnostics: readonly Diagnostic[]
  /** How many diagnostics are not listed. */
  readonly hidden: number
}

/** How a document is checked. */
export interface DocumentCheck {
  /** By itself. */
  readonly alone: SourceCheck
  /** Checks a text in place of the document, with the rules across files. */
  readonly whole: (text: string) => ManifestCheck
}

/** What a check needs to know of the folder. */
export interface DocumentContext {
  readonly configs: Configs
  readonly project: Project | undefined
}

/** How a document is checked: as `model-entity check` checks its file when it searches the folder. */
export async function openDocument(document: TextDocument, context: DocumentContext): Promise<OpenDocument> {
  const path = pathOfUri(document.uri)
  const format = path === undefined ? FORMATS[document.languageId] : formatOf(path)
  const edited = new EditedDocument(document, format ?? 'yaml')
  if (format === undefined || (path !== undefined && isConfigFile(path))) return { edited, check: undefined }
  return { edited, check: await documentCheckOf(edited, path, context) }
}

/** Checks a document. A config is checked as one. */
export function checkDocument({ edited, check }: OpenDocument, { project }: DocumentContext): CheckedDocument {
  const { uri } = edited.document
  const text = edited.document.getText()
  const path = pathOfUri(uri)
  if (path !== undefined && isConfigFile(path)) {
    const { diagnostics } = readConfig(text, project?.nameOf(path) ?? basename(path))
    return { edited, check, diagnostics, hidden: 0 }
  }
  const found = check?.whole(text)
  return { edited, check, diagnostics: found?.diagnostics ?? [], hidden: found ? hiddenIn(found) : 0 }
}

/** The formats of documents without a file, by the language that the editor names. */
const FORMATS: Readonly<Record<string, ManifestFormat>> = {
  yaml: 'yaml',
  json: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
}

async function documentCheckOf(
  { document, format }: EditedDocument,
  path: string | undefined,
  { configs, project }: DocumentContext,
): Promise<DocumentCheck | undefined> {
  const estimate = await estimateFor(document.getText())
  if (path === undefined) {
    const alone = { format, skipsOthers: true, ...estimate }
    return { alone, whole: (text) => checkSource(text, alone).check }
  }
  if (project === undefined ? configs.isExcluded(path) : !project.isChecked(path)) return undefined
  const name = project?.nameOf(path) ?? basename(path)
  const config = configs.of(path)
  const isComplete = config?.policy.settings.complete === true
  const policy = config?.policy.forFile(pathIn(config, path)) ?? NO_POLICY
  const alone = { ...readingFor({ name, path, isFound: true }, config), ...estimate, format, policy }
  // The rules across files count what they see: each check has its own.
  const across = () => project && { across: project.catalogue.across(name, isComplete) }
  return {
    alone,
    whole: (text) => checkSource(text, { ...alone, acrossRules: acrossRules(isComplete), ...across() }).check,
  }
}

function hiddenIn({ counts, diagnostics }: ManifestCheck): number {
  return counts.error + counts.warning + counts.info - diagnostics.length
}

/** A document that is not open, for the places in it. */
export function closedDocument(uri: string, text: string): TextDocument {
  return TextDocument.create(uri, 'yaml', 0, text)
}
