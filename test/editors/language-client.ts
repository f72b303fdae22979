/** A client of a language server that runs as a program of its own, as an editor starts it. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import {
  type CompletionItem,
  CompletionRequest,
  ConfigurationRequest,
  createProtocolConnection,
  type Diagnostic,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  type Hover,
  HoverRequest,
  InitializedNotification,
  type InitializeParams,
  InitializeRequest,
  type InitializeResult,
  MarkupContent,
  type Position,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  RegistrationRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentContentChangeEvent,
} from 'vscode-languageserver-protocol/node'

/** How to start a server. */
export interface ServerStart {
  /** A program of Node, and its arguments. */
  readonly args: readonly string[]
  readonly cwd?: string
  /** The folders that are open in the editor, as URIs. */
  readonly folders?: readonly string[]
  /** The settings of the editor, by their section. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly capabilities?: InitializeParams['capabilities']
}

/** A running language server. */
export class LanguageClient {
  readonly connection: ProtocolConnection
  readonly initialized: InitializeResult
  readonly process: ChildProcessWithoutNullStreams
  /** Everything that was published, in order. */
  readonly published: PublishDiagnosticsParams[] = []
  /** What the server wrote to standard error. */
  stderr = ''
  readonly #exited: Promise<number | null>
  #waiting: (() => void)[] = []

  private constructor(
    process: ChildProcessWithoutNullStreams,
    connection: ProtocolConnection,
    initialized: InitializeResult,
  ) {
    this.process = process
    this.connection = connection
    this.initialized = initialized
    this.#exited = new Promise((resolve) => process.once('exit', resolve))
    process.stderr.on('data', (data) => {
      this.stderr += String(data)
    })
    connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
      this.published.push(params)
      for (const wake of this.#waiting.splice(0)) wake()
    })
  }

  static async start({ args, cwd, folders, settings = {}, capabilities = {} }: ServerStart): Promise<LanguageClient> {
    const child = spawn(process.execPath, [...args], { cwd, env: { ...process.env, NODE_OPTIONS: undefined } })
    const connection = createProtocolConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    )
    connection.onRequest(ConfigurationRequest.type, ({ items }) =>
      items.map(({ section = '' }) => settings[section] ?? null),
    )
    connection.onRequest(RegistrationRequest.type, () => undefined)
    connection.onUnhandledNotification(() => undefined)
    connection.listen()
    const initialized = await connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: folders?.[0] ?? null,
      capabilities: { ...CAPABILITIES, ...capabilities },
      workspaceFolders: folders?.map((uri) => ({ uri, name: uri })) ?? null,
    })
    const client = new LanguageClient(child, connection, initialized)
    await connection.sendNotification(InitializedNotification.type, {})
    await connection.sendNotification(DidChangeConfigurationNotification.type, { settings })
    return client
  }

  async open(uri: string, text: string, languageId = 'yaml', version = 1): Promise<void> {
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId, version, text },
    })
  }

  async change(uri: string, version: number, ...contentChanges: TextDocumentContentChangeEvent[]): Promise<void> {
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version },
      contentChanges,
    })
  }

  async close(uri: string): Promise<void> {
    await this.connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } })
  }

  /** Waits until something is published that a test accepts. */
  async waitFor(isWanted: (params: PublishDiagnosticsParams) => boolean): Promise<PublishDiagnosticsParams> {
    for (;;) {
      const found = this.published.findLast(isWanted)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** Opens a document and waits for its diagnostics. */
  async check(uri: string, text: string, languageId = 'yaml'): Promise<Diagnostic[]> {
    await this.open(uri, text, languageId)
    return (await this.waitFor((params) => params.uri === uri)).diagnostics
  }

  async complete(uri: string, position: Position): Promise<CompletionItem[]> {
    const answer = await this.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position })
    return Array.isArray(answer) ? answer : (answer?.items ?? [])
  }

  /** The text of a hover, as Markdown. Undefined if there is none. */
  async hover(uri: string, position: Position): Promise<string | undefined> {
    const answer = await this.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position })
    return answer === null ? undefined : textOf(answer)
  }

  /** Ends the server as an editor does, and returns its exit code. */
  async stop(): Promise<number | null> {
    await this.connection.sendRequest(ShutdownRequest.type)
    await this.connection.sendNotification(ExitNotification.type)
    return this.exitCode()
  }

  /** The exit code of the server, when it has ended. */
  async exitCode(): Promise<number | null> {
    const code = await this.#exited
    this.connection.dispose()
    return code
  }
}

const CAPABILITIES: InitializeParams['capabilities'] = {
  workspace: { configuration: true, workspaceFolders: true },
  textDocument: {
    completion: { completionItem: { documentationFormat: ['markdown'], snippetSupport: true } },
    hover: { contentFormat: ['markdown'] },
    publishDiagnostics: { relatedInformation: true, versionSupport: true },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source.fixAll'] } } },
  },
}

function textOf({ contents }: Hover): string {
  return MarkupContent.is(contents) ? contents.value : JSON.stringify(contents)
}

/** A text without its mark `¦`, and the position of the mark. */
export function marked(text: string): { readonly text: string; readonly position: Position } {
  const before = text.slice(0, text.indexOf('¦')).split('\n')
  return { text: text.replace('¦', ''), position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 } }
}
