/** Connects the language server to an editor: the protocol on standard input and output. */

import {
  type CancellationToken,
  CodeActionKind,
  type ConnectionStrategy,
  createConnection,
  DidChangeWatchedFilesNotification,
  LSPErrorCodes,
  ResponseError,
  type ServerCapabilities,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { FIX_ALL } from '../../language-server/index.js'
import { Configs, loadConfigCode } from '../check/config-files.js'
import { version } from '../version.js'
import { Answers } from './answers.js'
import type { ServerChoices } from './choices.js'
import { pathOfUri } from './file-uri.js'
import { Session } from './session.js'

/**
 * Serves one editor. The process ends when the editor says so (with 0 after `shutdown`, otherwise with 1), or goes away.
 *
 * @throws UsageError if the chosen config does not exist
 */
export async function serveEditor(choices: ServerChoices): Promise<never> {
  await loadConfigCode()
  // Before the connection exists: a config that is not there is wrong usage.
  new Configs(choices.config)
  const connection = createConnection(process.stdin, process.stdout, { connectionStrategy: CANCELLING })
  const documents = new TextDocuments(TextDocument)
  const session = new Session(choices, {
    documents: () => documents.all(),
    publish: (params) => void connection.sendDiagnostics(params),
    log: (message) => connection.console.info(message),
    warn: (message) => connection.window.showWarningMessage(message),
  })
  const answers = new Answers(session, (uri) => documents.get(uri))
  let folders: string[] = []

  connection.onInitialize(({ capabilities, workspaceFolders, rootUri }) => {
    answers.client = capabilities
    const named = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : [])
    folders = named.flatMap((uri) => pathOfUri(uri) ?? [])
    return { serverInfo: { name: 'model-entity', version: version() }, capabilities: CAPABILITIES }
  })

  connection.onInitialized(() => {
    session.setFolders(folders)
    const { workspace } = answers.client
    if (workspace?.workspaceFolders) {
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const gone = new Set(removed.map(({ uri }) => pathOfUri(uri)))
        folders = [...folders.filter((each) => !gone.has(each)), ...added.flatMap(({ uri }) => pathOfUri(uri) ?? [])]
        session.setFolders(folders)
      })
    }
    if (workspace?.didChangeWatchedFiles?.dynamicRegistration) {
      const watchers = WATCHED.map((globPattern) => ({ globPattern }))
      void connection.client.register(DidChangeWatchedFilesNotification.type, { watchers })
    }
  })

  connection.onDidChangeWatchedFiles(async ({ changes }) => {
    for (const path of new Set(changes.flatMap(({ uri }) => pathOfUri(uri) ?? []))) await session.fileChanged(path)
  })
  documents.onDidChangeContent(({ document }) => session.changed(document))
  documents.onDidClose(({ document }) => session.closed(document))

  connection.onCompletion(unlessCancelled((params) => answers.completion(params)))
  connection.onHover(unlessCancelled((params) => answers.hover(params)))
  connection.onDocumentSymbol(unlessCancelled((params) => answers.symbols(params)))
  connection.onCodeAction(unlessCancelled((params) => answers.codeActions(params)))
  connection.onDefinition(unlessCancelled((params) => answers.definition(params)))

  documents.listen(connection)
  connection.listen()
  return new Promise(() => undefined)
}

const CANCELLED = { code: LSPErrorCodes.RequestCancelled, message: 'the editor has cancelled the request' }

/** A request that waits is not answered if the editor cancels it. */
const CANCELLING: ConnectionStrategy = {
  cancelUndispatched: ({ jsonrpc }) => ({ jsonrpc, id: null, error: CANCELLED }),
}

function unlessCancelled<Params, Answer>(answer: (params: Params) => Promise<Answer>) {
  return async (params: Params, token: CancellationToken): Promise<Answer | ResponseError> => {
    const answered = token.isCancellationRequested ? undefined : await answer(params)
    if (answered === undefined || token.isCancellationRequested)
      return new ResponseError(CANCELLED.code, CANCELLED.message)
    return answered
  }
}

const CAPABILITIES: ServerCapabilities = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
  completionProvider: { triggerCharacters: [' ', '"', '/'] },
  hoverProvider: true,
  definitionProvider: true,
  documentSymbolProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL] },
  workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
}

/** The files whose changes outside the editor matter. */
const WATCHED = ['**/*.{yaml,yml,json,jsonl,ndjson,gz}', '**/.gitignore']
