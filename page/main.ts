import { minimumGpus } from '../src/estimate/index.js'
import { documentsIn } from '../src/manifest/documents.js'
import { applyFixes } from '../src/manifest/fixes/apply-fixes.js'
import { fixManifest } from '../src/manifest/fixes/fix-manifest.js'
import { checkManifest, type Fix } from '../src/manifest/index.js'
import { adapterText, adapterView, suggestedAdapterName } from './adapter-view.js'
import { byId, element, notesList, showSection } from './dom.js'
import { EXAMPLES } from './examples.js'
import { findingsElsewhere } from './finding.js'
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
  // Frames are as wide as there is room.
  addEventListener('resize', soon(reportSpec))
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

/** Shows the spec or the adapter, the generated manifest, and the diagnostics of both. */
function reportSpec(): void {
  const { spec, adapter, notes = [], findings = [] } = understood ?? {}
  const made = understood && madeFrom(understood)
  if (made !== manifest) copyStatus.textContent = ''
  manifest = made ?? ''
  const ofMade = made === undefined ? [] : findingsElsewhere(checkManifest(made, adapter ? { model: 'Adapter' } : {}))
  const all = [...findings, ...ofMade]
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

/** The text to copy: a manifest of a config, or an adapter for one. Undefined if the input is a manifest already. */
function madeFrom({ spec, adapter, notes, isManifest }: Understood): string | undefined {
  const fileset = filesetField.value
  if (adapter) {
    nameField.placeholder = suggestedAdapterName(adapter)
    return adapterText(adapter, { name: nameField.value || nameField.placeholder, fileset })
  }
  if (spec === undefined || isManifest) return undefined
  nameField.placeholder = suggestedName(spec)
  return manifestText(spec, notes, { name: nameField.value || nameField.placeholder, fileset })
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

function reportMemory(): void {
  asked += 1
  const question = questionInForm()
  const model = understood?.architecture
  const mine = asked
  const show = (content: readonly HTMLElement[]) => showSection('memory', content)
  if (!model) show([])
  else if ('fault' in question) show([element('p', { class: 'caveat', role: 'alert' }, question.fault)])
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
