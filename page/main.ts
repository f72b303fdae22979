import type { Architecture } from '../src/architecture/index.js'
import { minimumGpus } from '../src/estimate/index.js'
import { documentsIn } from '../src/manifest/documents.js'
import { applyFixes } from '../src/manifest/fixes/apply-fixes.js'
import { fixManifest } from '../src/manifest/fixes/fix-manifest.js'
import type { Fix } from '../src/manifest/index.js'
import { adapterView, suggestedAdapterName } from './adapter-view.js'
import { ask } from './ask.js'
import { byId, element, notesList, showSection } from './dom.js'
import { EXAMPLES } from './examples.js'
import { countedFindings, findingsList } from './findings-view.js'
import { number } from './format.js'
import { suggestedName } from './manifest-text.js'
import { prepareForm, questionInForm } from './memory-question.js'
import { showMemory } from './memory-view.js'
import { parametersView } from './parameters-view.js'
import { type Beside, NOTHING_BESIDE, withFiles } from './read-input.js'
import { prepareServingForm, servingOptionsInForm } from './serving-question.js'
import { servingView } from './serving-view.js'
import { specView } from './spec-view.js'
import { prepareTabs } from './tabs.js'
import type { Understood } from './understand.js'

/** The page: reports on a text and files, and updates the report with each change. */

const area = byId('text', HTMLTextAreaElement)
const status = byId('input-status', HTMLElement)
const nameField = byId('name', HTMLInputElement)
const filesetField = byId('fileset', HTMLInputElement)
const copyStatus = byId('copy-status', HTMLElement)

let beside: Beside = NOTHING_BESIDE
let understood: Understood | undefined
let manifest = ''
/** Count the questions, so that the answer to an earlier one is not shown. */
let asked = 0
let texts = 0
let specs = 0
/** Whether the worker reads a text: until it has, it cannot answer about the one before. */
let isReading = false

const reportAfterwards = soon(() => void report())
const reportSpecAfterwards = soon(() => void reportSpec())
const tabs = prepareTabs('tabs', reportMemory)

prepareForm()
prepareServingForm()
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
  byId('serving-options', HTMLFormElement).addEventListener('input', soon(reportMemory))
  byId('serving-options', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault())
  for (const field of [nameField, filesetField]) field.addEventListener('input', reportSpecAfterwards)
  // Frames are as wide as there is room.
  addEventListener('resize', reportSpecAfterwards)
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

/** Shows that it is reading: the worker may take a moment. */
function reportSoon(): void {
  status.textContent = 'Reading …'
  reportAfterwards()
}

async function report(): Promise<void> {
  texts += 1
  const mine = texts
  isReading = true
  // No estimate of the text before is wanted any more.
  asked += 1
  byId('input-files', HTMLElement).textContent = beside.names.length > 0 ? `Files: ${beside.names.join(', ')}` : ''
  try {
    const found = await ask({ kind: 'understand', text: area.value, beside })
    if (mine !== texts) return
    isReading = false
    understood = found
    const model = understood?.architecture ?? understood?.tree
    showSection('parameters', model ? parametersView(model) : [])
    const shown = reportSpec()
    reportMemory()
    await shown
  } catch (error) {
    if (mine !== texts) return
    isReading = false
    understood = undefined
    byId('tabs', HTMLElement).hidden = true
    for (const id of SECTIONS) showSection(id, [])
    asked += 1
    specs += 1
    sayNotRead(error)
  }
}

const SECTIONS = ['diagnostics', 'memory', 'serving', 'parameters', 'spec', 'manifest']

function sayNotRead(error: unknown): void {
  status.textContent = `Cannot be read: ${error instanceof Error ? error.message : String(error)}`
}

/** Shows the spec or the adapter, the generated manifest, and the diagnostics of both. */
async function reportSpec(): Promise<void> {
  // `report` shows it once the text is read.
  if (isReading) return
  specs += 1
  const mine = specs
  const { spec, adapter, notes = [], findings = [], isManifest } = understood ?? {}
  if (adapter) nameField.placeholder = suggestedAdapterName(adapter)
  else if (spec && !isManifest) nameField.placeholder = suggestedName(spec)
  const identity = { name: nameField.value || nameField.placeholder, fileset: filesetField.value }
  const made = understood && (await ask({ kind: 'made', identity }))
  if (mine !== specs) return
  if (made?.text !== manifest) copyStatus.textContent = ''
  manifest = made?.text ?? ''
  const all = [...findings, ...(made?.findings ?? [])]
  showSection('diagnostics', understood ? findingsList(all, { area, fix: fixOne, fixAll }) : [])
  byId('spec-title', HTMLElement).textContent = adapter ? 'Adapter' : 'Spec'
  byId('manifest-title', HTMLElement).textContent = adapter ? 'Entry for adapters, in a manifest' : 'Manifest'
  const shownNotes = notes.length > 0 ? [notesList(notes)] : []
  showSection('spec', adapter ? adapterView(adapter) : spec ? specView(spec, notes) : shownNotes)
  const shown = element('pre', { tabindex: 0, role: 'region', 'aria-label': 'Text of the manifest' }, manifest)
  showSection('manifest', made === undefined ? [] : [shown])
  const size = spec ? `, ${number(spec.base_num_parameters)} parameters` : ''
  status.textContent = understood ? `${understood.what}${size}: ${countedFindings(all)}` : 'No input yet.'
}

function fixOne(fix: Fix): void {
  const read = (text: string) => [...documentsIn(text, understood?.format ? { format: understood.format } : {})]
  rewrite(applyFixes(area.value, [fix], read).text)
}

function fixAll(): void {
  rewrite(fixManifest(area.value, { ...(understood?.format && { format: understood.format }), minimumGpus }).text)
}

/** Replaces the text as typing does, so that the browser can undo it. */
function rewrite(text: string): void {
  area.focus()
  area.select()
  if (!document.execCommand('insertText', false, text)) area.value = text
  area.setSelectionRange(0, 0)
  reportSoon()
}

/** Shows the memory of the chosen tab. */
function reportMemory(): void {
  if (isReading) return
  asked += 1
  const mine = asked
  const model = understood?.architecture
  byId('tabs', HTMLElement).hidden = !model
  const isServing = tabs.chosen() === 'serving'
  if (!model || isServing) showSection('memory', [])
  if (!model || !isServing) showSection('serving', [])
  if (!model) return
  if (isServing) void reportServing(() => mine === asked)
  else reportTraining(model, () => mine === asked)
}

function reportTraining(model: Architecture, isWanted: () => boolean): void {
  const question = questionInForm()
  const show = (content: readonly HTMLElement[]) => showSection('memory', content)
  if ('fault' in question) show(faultView(question.fault))
  else void showMemory(model, question, show, isWanted)
}

async function reportServing(isWanted: () => boolean): Promise<void> {
  const form = servingOptionsInForm()
  const answer = 'fault' in form ? form : await ask({ kind: 'serving', ...form })
  if (isWanted()) showSection('serving', 'fault' in answer ? faultView(answer.fault) : servingView(answer))
}

function faultView(fault: string): HTMLElement[] {
  return [element('p', { class: 'caveat', role: 'alert' }, fault)]
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
