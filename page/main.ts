import { checkManifest } from '../src/manifest/index.js'
import type { ModelSpec } from '../src/schemas/index.js'
import { byId, element, notesList, showSection } from './dom.js'
import { EXAMPLES } from './examples.js'
import { findingElsewhere } from './finding.js'
import { countedFindings, findingsList } from './findings-view.js'
import { number } from './format.js'
import { manifestText, suggestedName } from './manifest-text.js'
import { prepareForm, questionInForm } from './memory-question.js'
import { showMemory } from './memory-view.js'
import { parametersView } from './parameters-view.js'
import { type Beside, NOTHING_BESIDE, withFiles } from './read-input.js'
import { specView } from './spec-view.js'
import { type Understood, understand } from './understand.js'

/** The page: reports on a text and files, and updates the report with each change. */

const area = byId('text', HTMLTextAreaElement)
const status = byId('input-status', HTMLElement)
const nameField = byId('name', HTMLInputElement)
const filesetField = byId('fileset', HTMLInputElement)
const copyStatus = byId('copy-status', HTMLElement)

let beside: Beside = NOTHING_BESIDE
let understood: Understood | undefined
let manifest = ''
/** Counts the memory questions, so that the answer to an earlier one is not shown. */
let asked = 0

const reportAfterwards = soon(report)

prepareForm()
byId('example', HTMLSelectElement).append(
  ...Object.keys(EXAMPLES).map((name) => element('option', { value: name }, name)),
)
listen()
reportSoon()

function listen(): void {
  area.addEventListener('input', reportSoon)
  byId('clear', HTMLButtonElement).addEventListener('click', () => replace(''))
  byId('example', HTMLSelectElement).addEventListener('change', ({ currentTarget }) => {
    const example = currentTarget instanceof HTMLSelectElement ? EXAMPLES[currentTarget.value] : undefined
    if (example) replace(JSON.stringify(example, undefined, 2))
  })
  byId('files', HTMLInputElement).addEventListener('change', ({ currentTarget }) => {
    if (!(currentTarget instanceof HTMLInputElement)) return
    void take([...(currentTarget.files ?? [])])
    currentTarget.value = ''
  })
  byId('options', HTMLFormElement).addEventListener('input', soon(reportMemory))
  byId('options', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault())
  for (const field of [nameField, filesetField]) field.addEventListener('input', soon(reportSpec))
  byId('copy', HTMLButtonElement).addEventListener('click', () => void copy())
  listenForDrops()
}

function listenForDrops(): void {
  const mark = (isOver: boolean) => document.body.classList.toggle('dropping', isOver)
  document.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    mark(true)
  })
  document.addEventListener('dragleave', ({ relatedTarget }) => mark(relatedTarget !== null))
  document.addEventListener('drop', (event) => {
    mark(false)
    if (!event.dataTransfer?.files.length) return
    event.preventDefault()
    void take([...event.dataTransfer.files])
  })
}

/** Replaces the text, and removes the files of the previous one. */
function replace(text: string): void {
  beside = NOTHING_BESIDE
  area.value = text
  nameField.value = ''
  reportSoon()
}

async function take(files: readonly File[]): Promise<void> {
  try {
    const taken = await withFiles(beside, files)
    beside = taken.beside
    if (taken.text !== undefined) area.value = taken.text.replace(/^\ufeff/, '')
    reportSoon()
  } catch (error) {
    sayNotRead(error)
  }
}

/** Shows that it is reading first, because a mixture of experts takes seconds. */
function reportSoon(): void {
  status.textContent = 'Reading …'
  reportAfterwards()
}

function report(): void {
  byId('input-files', HTMLElement).textContent = beside.names.length > 0 ? `Files: ${beside.names.join(', ')}` : ''
  try {
    understood = understand(area.value, beside)
    const model = understood?.architecture ?? understood?.tree
    showSection('parameters', model ? parametersView(model) : [])
    reportSpec()
    reportMemory()
  } catch (error) {
    for (const id of SECTIONS) showSection(id, [])
    asked += 1
    sayNotRead(error)
  }
}

const SECTIONS = ['diagnostics', 'memory', 'parameters', 'spec', 'manifest']

function sayNotRead(error: unknown): void {
  status.textContent = `Cannot be read: ${error instanceof Error ? error.message : String(error)}`
}

/** Shows the spec, the generated manifest, and the diagnostics of both. */
function reportSpec(): void {
  const { spec, notes = [], isManifest, findings = [] } = understood ?? {}
  const made = spec && !isManifest ? manifestOf(spec, notes) : undefined
  if (made !== manifest) copyStatus.textContent = ''
  manifest = made ?? ''
  const all = [...findings, ...(made === undefined ? [] : checkManifest(made).diagnostics.map(findingElsewhere))]
  showSection('diagnostics', understood ? [findingsList(all, area)] : [])
  showSection('spec', spec ? specView(spec, notes) : notes.length > 0 ? [notesList(notes)] : [])
  const shown = element('pre', { tabindex: 0, role: 'region', 'aria-label': 'Text of the manifest' }, manifest)
  showSection('manifest', made === undefined ? [] : [shown])
  const size = spec ? `, ${number(spec.base_num_parameters)} parameters` : ''
  status.textContent = understood ? `${understood.what}${size}: ${countedFindings(all)}` : 'No input yet.'
}

function manifestOf(spec: ModelSpec, notes: readonly string[]): string {
  nameField.placeholder = suggestedName(spec)
  return manifestText(spec, notes, { name: nameField.value || suggestedName(spec), fileset: filesetField.value })
}

function reportMemory(): void {
  asked += 1
  const question = questionInForm()
  const model = understood?.architecture
  const mine = asked
  const show = (content: readonly HTMLElement[]) => showSection('memory', content)
  if (!model) show([])
  else if (!question) show([element('p', {}, 'A number above is out of range.')])
  else void showMemory(model, question, show, () => mine === asked)
}

/** A page opened from a file may have no clipboard access. The text is then selected, for the user to copy. */
async function copy(): Promise<void> {
  try {
    await navigator.clipboard.writeText(manifest)
    copyStatus.textContent = 'Copied.'
  } catch {
    const text = document.querySelector('#manifest pre')
    if (text) getSelection()?.selectAllChildren(text)
    copyStatus.textContent = 'The browser does not allow copying. The text is selected: press Ctrl+C or Cmd+C.'
  }
}

/** Calls the function once nothing has changed for a moment. */
function soon(act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  return () => {
    clearTimeout(timer)
    timer = setTimeout(act, 150)
  }
}
