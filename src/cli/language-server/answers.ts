/** The answers to what an editor asks about a document. */

import type {
  CodeAction,
  CodeActionParams,
  CompletionItem,
  DocumentSymbol,
  Hover,
  InitializeParams,
  Location,
  TextDocumentPositionParams,
} from 'vscode-languageserver-protocol'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import {
  codeActions,
  complete,
  documentSymbols,
  EditedDocument,
  entityPlace,
  hover,
  referenceAt,
} from '../../language-server/index.js'
import { formatOf } from '../../manifest/manifest-format.js'
import { docsPage } from '../explain/docs-page.js'
import { pageOfCode } from '../explain/page-of-code.js'
import { readFile } from '../read-file.js'
import { pathOfUri, uriOfPath } from './file-uri.js'
import { closedDocument } from './open-documents.js'
import type { Session } from './session.js'
import { SpecMeanings } from './spec-meanings.js'

/** The families that are known. Their code is loaded when completion is first asked for. */
async function families(): Promise<readonly string[]> {
  const { modelTypes } = await import('../../architecture/families/index.js')
  return modelTypes().sort()
}

/** Answers for one editor. A document that is not a manifest has no answers but null. */
export class Answers {
  readonly #session: Session
  readonly #documentOf: (uri: string) => TextDocument | undefined
  readonly #meanings = new SpecMeanings()
  /** What the editor can do. */
  client: InitializeParams['capabilities'] = {}

  constructor(session: Session, documentOf: (uri: string) => TextDocument | undefined) {
    this.#session = session
    this.#documentOf = documentOf
  }

  async completion({ textDocument, position }: TextDocumentPositionParams): Promise<CompletionItem[] | null> {
    const open = await this.#open(textDocument.uri)
    if (open === undefined) return null
    return complete(open.edited, position, {
      model: open.check.alone.model,
      workspace: this.#session.workspace,
      records: () => open.project?.catalogue.records() ?? [],
      families: await families(),
      hasSnippets: this.client.textDocument?.completion?.completionItem?.snippetSupport === true,
    })
  }

  async hover({ textDocument, position }: TextDocumentPositionParams): Promise<Hover | null> {
    const document = this.#documentOf(textDocument.uri)
    const checked = document && (await this.#session.checkOf(document))
    if (checked === undefined) return null
    const { edited, diagnostics, check } = checked
    const model = check?.alone.model
    const shown = await hover(edited, position, {
      model,
      // A config is not a manifest: only its mistakes are explained.
      isManifest: check !== undefined,
      diagnostics,
      pageOf: (code) => pageOfCode(code, docsPage('lint-rules'), docsPage('errors')),
      meaningOf: (span) => this.#meanings.of(edited, span, model),
    })
    return shown ?? null
  }

  async symbols({ textDocument }: Pick<TextDocumentPositionParams, 'textDocument'>): Promise<DocumentSymbol[] | null> {
    const open = await this.#open(textDocument.uri)
    return open === undefined ? null : documentSymbols(open.edited)
  }

  async codeActions({ textDocument, range, context }: CodeActionParams): Promise<CodeAction[] | null> {
    const document = this.#documentOf(textDocument.uri)
    const checked = document && (await this.#session.checkOf(document))
    if (checked?.check === undefined) return null
    const edits = this.client.workspace?.workspaceEdit
    return codeActions(checked.edited, range, {
      ...checked.check,
      diagnostics: checked.diagnostics,
      only: context.only,
      hasVersions: edits?.documentChanges === true,
      hasSnippets: edits?.snippetEditSupport === true,
    })
  }

  async definition({ textDocument, position }: TextDocumentPositionParams): Promise<Location | null> {
    const open = await this.#open(textDocument.uri)
    if (open?.project === undefined) return null
    const { catalogue } = open.project
    const asked = { model: open.check.alone.model, workspace: this.#session.workspace }
    const reference = referenceAt(open.edited, position, asked)
    const name = reference && catalogue.fileOf(reference.target)
    const target = name === undefined ? undefined : await this.#fileAt(open.project.pathOf(name))
    const span = reference && target && entityPlace(target.source.text, target.format, reference.target, asked)
    return target && span ? { uri: target.document.uri, range: target.rangeOf(span) } : null
  }

  async #open(uri: string) {
    const document = this.#documentOf(uri)
    if (document === undefined) return undefined
    const { edited, check } = await this.#session.openOf(document)
    return check && { edited, check, project: this.#session.projectOf(document) }
  }

  /** A file as the editor has it, or as it is stored. */
  async #fileAt(path: string): Promise<EditedDocument | undefined> {
    const open = this.#session.documentAt(path)
    if (open !== undefined) return new EditedDocument(open, formatOf(path))
    const content = readFile(path)
    if (!content.ok || pathOfUri(uriOfPath(path)) === undefined) return undefined
    return new EditedDocument(closedDocument(uriOfPath(path), new TextDecoder().decode(content.bytes)), formatOf(path))
  }
}
