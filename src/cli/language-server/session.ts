/** What the server knows while it runs: the open documents, their checks, the folders and the configs. */

import { basename } from 'node:path'
import type { PublishDiagnosticsParams } from 'vscode-languageserver-protocol'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import { EditedDocument, editorDiagnostic } from '../../language-server/index.js'
import { bytesOf, Configs, isConfigFile } from '../check/config-files.js'
import type { ServerChoices } from './choices.js'
import { pathOfUri, uriOfPath } from './file-uri.js'
import {
  type CheckedDocument,
  checkDocument,
  closedDocument,
  type OpenDocument,
  openDocument,
} from './open-documents.js'
import type { Project } from './project.js'
import { Projects } from './projects.js'

/** How the session reaches the editor. */
export interface Editor {
  documents(): TextDocument[]
  publish(params: PublishDiagnosticsParams): void
  log(message: string): void
  /** Something that the user has to see. */
  warn(message: string): void
}

/** How long to wait for the next key before checking. */
const DELAY_MS = 120

/** The state of a running server. */
export class Session {
  readonly projects: Projects
  readonly #choices: ServerChoices
  readonly #editor: Editor
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #checked = new Map<string, { readonly version: number; readonly result: Promise<CheckedDocument> }>()
  readonly #known = new Set<string>()
  /** The versions of open configs that are in force. */
  readonly #configVersions = new Map<string, number>()
  readonly #scanned = new WeakSet<Project>()
  /** The closed configs with published mistakes. */
  readonly #faulty = new Set<string>()
  #configs: Configs | undefined

  constructor(choices: ServerChoices, editor: Editor) {
    this.#choices = choices
    this.#editor = editor
    this.projects = new Projects(choices.workspace, {
      configs: () => this.configs,
      openText: (path) => this.documentAt(path)?.getText(),
      note: (message) => editor.log(message),
    })
  }

  get configs(): Configs {
    this.#configs ??= new Configs(this.#choices.config, (path) => this.#contentOf(path))
    return this.#configs
  }

  get workspace(): string {
    return this.#choices.workspace
  }

  /** The open document of a file. */
  documentAt(path: string): TextDocument | undefined {
    return this.#editor.documents().find(({ uri }) => pathOfUri(uri) === path)
  }

  projectOf(document: TextDocument): Project | undefined {
    const path = pathOfUri(document.uri)
    return path === undefined ? undefined : this.projects.of(path)
  }

  /** Sets the folders, and reads their entities. */
  setFolders(folders: readonly string[]): void {
    this.projects.setFolders(folders)
    for (const project of this.projects.ofFolders()) this.#scan(project)
    this.#checkAll()
  }

  /** Checks a document at once if it has just been opened, otherwise after the next pause in typing. */
  changed({ uri }: TextDocument): void {
    this.#schedule(uri, this.#known.has(uri) ? DELAY_MS : 0)
    this.#known.add(uri)
  }

  closed(document: TextDocument): void {
    clearTimeout(this.#timers.get(document.uri))
    this.#timers.delete(document.uri)
    this.#known.delete(document.uri)
    this.#configVersions.delete(document.uri)
    this.#checked.delete(document.uri)
    this.#editor.publish({ uri: document.uri, diagnostics: [] })
    // What was not saved is gone.
    const path = pathOfUri(document.uri)
    if (path !== undefined) void this.fileChanged(path)
  }

  /** A file was created, changed or deleted, or its document was closed. */
  async fileChanged(path: string): Promise<void> {
    if (isConfigFile(path)) return this.#resetConfigs()
    if (basename(path) === '.gitignore') return this.rescan()
    if (this.documentAt(path) !== undefined) return
    const project = this.projects.of(path)
    if (project !== undefined && (await project.update(path))) this.#checkAll()
  }

  /** Reads everything again. */
  rescan(): void {
    for (const project of this.projects.all) this.#scan(project)
  }

  /** A document as it is now, without checking it. */
  openOf(document: TextDocument): Promise<OpenDocument> {
    return openDocument(document, { configs: this.configs, project: this.projectOf(document) })
  }

  /** The check of a document as it is now. */
  checkOf(document: TextDocument): Promise<CheckedDocument> {
    const { uri, version } = document
    const known = this.#checked.get(uri)
    if (known?.version === version) return known.result
    const project = this.projectOf(document)
    if (project !== undefined) this.#scan(project, true)
    const result = this.openOf(document).then((open) => checkDocument(open, { configs: this.configs, project }))
    this.#checked.set(uri, { version, result })
    return result
  }

  #schedule(uri: string, delay: number): void {
    clearTimeout(this.#timers.get(uri))
    this.#timers.set(
      uri,
      setTimeout(() => void this.#check(uri), delay),
    )
  }

  #checkAll(): void {
    this.#checked.clear()
    for (const { uri } of this.#editor.documents()) this.#schedule(uri, DELAY_MS)
  }

  async #check(uri: string): Promise<void> {
    this.#timers.delete(uri)
    const document = this.#documentOf(uri)
    if (document === undefined) return
    const { version } = document
    const path = pathOfUri(uri)
    if (path !== undefined && isConfigFile(path) && this.#configVersions.get(uri) !== version) {
      this.#configVersions.set(uri, version)
      this.#resetConfigs(uri)
    }
    try {
      const checked = await this.checkOf(document)
      // A newer text is checked by itself, later.
      if (this.#documentOf(uri)?.version !== version || this.#timers.has(uri)) return
      this.#publish(uri, version, checked)
      if (path !== undefined) this.#noteEntities(path, document, checked)
    } catch (error) {
      this.#editor.warn(`${path ?? uri} cannot be checked: ${error instanceof Error ? error.message : String(error)}`)
    }
    this.#publishConfigs()
  }

  #publish(uri: string, version: number, { edited, diagnostics, hidden }: CheckedDocument): void {
    const shown = diagnostics.map((diagnostic) => editorDiagnostic(diagnostic, edited))
    this.#editor.publish({ uri, version, diagnostics: shown })
    if (hidden > 0) this.#editor.log(`${uri}: ${hidden} more diagnostics are not listed`)
  }

  /** Other documents may refer to the entities of this one. While it cannot be read, it keeps those that it had. */
  #noteEntities(path: string, document: TextDocument, { diagnostics }: CheckedDocument): void {
    if (diagnostics.some(({ code }) => UNREADABLE.has(code))) return
    if (this.projects.of(path)?.updateOpen(path, document.getText())) this.#checkAll()
  }

  /** The mistakes of configs that are in force and not open. */
  #publishConfigs(): void {
    for (const { path, read } of this.configs.loaded) {
      const uri = uriOfPath(path)
      if (this.documentAt(path) !== undefined) continue
      if (read.diagnostics.length === 0 && !this.#faulty.has(uri)) continue
      const edited = new EditedDocument(closedDocument(uri, read.source.text), 'yaml')
      this.#editor.publish({ uri, diagnostics: read.diagnostics.map((each) => editorDiagnostic(each, edited)) })
      if (read.diagnostics.length > 0) this.#faulty.add(uri)
      else this.#faulty.delete(uri)
    }
  }

  #resetConfigs(except?: string): void {
    this.#configs = undefined
    this.#checked.clear()
    this.projects.setFolders(this.projects.folders)
    for (const project of this.projects.ofFolders()) this.#scan(project)
    for (const { uri } of this.#editor.documents()) if (uri !== except) this.#schedule(uri, DELAY_MS)
  }

  #scan(project: Project, isOnce = false): void {
    if (isOnce && this.#scanned.has(project)) return
    this.#scanned.add(project)
    project.scan().then(
      () => this.#checkAll(),
      (error: unknown) => this.#editor.warn(`${project.root} cannot be searched: ${String(error)}`),
    )
  }

  #documentOf(uri: string): TextDocument | undefined {
    return this.#editor.documents().find((document) => document.uri === uri)
  }

  #contentOf(path: string): string | Uint8Array {
    return this.documentAt(path)?.getText() ?? bytesOf(path)
  }
}

/** Why a document cannot be read as data. */
const UNREADABLE: ReadonlySet<string> = new Set([
  'yaml_syntax',
  'json_invalid',
  'duplicate_key',
  'too_deep',
  'too_large',
  'alias_bomb',
])
