import {
  DEFAULT_GPU,
  type DraftOptions,
  ENGINES,
  type Engine,
  GPUS,
  type ServingOptions,
  WEIGHT_PRECISIONS,
} from '../src/estimate/index.js'
import { ENGINE_MODELS } from '../src/estimate/serving/engines/index.js'
import { CACHE_DTYPES } from '../src/estimate/serving/options.js'
import { byId, element } from './dom.js'
import { faultOf } from './memory-question.js'

/** A number of the form that may be left out: the option, its name on the page, and its limits. */
type NumberField = readonly [option: NumberOption | 'draftTokens', label: string, least: number, most: number]

type NumberOption = Exclude<
  keyof ServingOptions,
  'engine' | 'engineVersion' | 'gpu' | 'precision' | 'cacheDtype' | 'cacheBytes' | 'draft'
>

const MOST = 100_000_000

/** The numbers that most people change, and then the others. */
const USUAL: readonly NumberField[] = [
  ['contextTokens', 'Context, tokens', 1, MOST],
  ['concurrency', 'Sequences at a time', 1, MOST],
  ['tensorParallel', 'Tensor parallel, GPUs', 1, 1024],
]

const OTHERS: readonly NumberField[] = [
  ['memoryUtilization', 'Share of the card', 0.01, 1],
  ['maxBatchSequences', 'Most sequences in a batch', 1, MOST],
  ['chunkTokens', 'Tokens in a chunk of prompts', 1, MOST],
  ['promptTokens', 'Prompt, tokens', 1, MOST],
  ['answerTokens', 'Answer, tokens', 0, MOST],
  ['images', 'Images of a request', 0, 10_000],
  ['pipelineParallel', 'Pipeline stages', 1, 1024],
  ['dataParallel', 'Copies of the model', 1, 1024],
  ['expertParallel', 'Expert parallel, GPUs', 1, 1_048_576],
  ['loraSlots', 'LoRA adapters', 1, 10_000],
  ['loraRank', 'Rank of the adapters', 1, 10_000],
  ['draftTokens', 'Tokens of a draft', 1, 64],
]

const DRAFTS = ['ngram', 'mtp', 'eagle', 'eagle3'] as const satisfies readonly DraftOptions['kind'][]

/** Fills in the form. What is left empty is the engine's own, or the checkpoint's. */
export function prepareServingForm(): void {
  const own: Choice = ['', 'default']
  const fields = [
    choice('engine', 'Engine', ENGINES.map(named)),
    choice('version', 'Version', []),
    choice(
      'serving-gpu',
      'GPU',
      GPUS.map(({ name }) => named(name)),
      DEFAULT_GPU,
    ),
    choice('precision', 'Weights', [own, ...WEIGHT_PRECISIONS.map(named)]),
    ...USUAL.map(numberField),
  ]
  const others = [
    choice('cache-dtype', 'Cache', [own, ...Object.keys(CACHE_DTYPES).map(named)]),
    ...OTHERS.map(numberField),
    choice('draft', 'Draft', [['', 'none'], ...DRAFTS.map(named)]),
  ]
  byId('serving-options', HTMLFormElement).append(
    ...fields,
    element('details', {}, [element('summary', {}, 'More options'), element('div', { class: 'options' }, others)]),
  )
  byId('engine', HTMLSelectElement).addEventListener('input', offerVersions)
  offerVersions()
}

type Choice = readonly [value: string, name: string]

function named(value: string): Choice {
  return [value, value]
}

function choice(id: string, label: string, choices: readonly Choice[], chosen = ''): HTMLElement {
  const options = choices.map(([value, name]) => element('option', { value, selected: value === chosen }, name))
  return element('label', {}, [`${label} `, element('select', { id }, options)])
}

function numberField([option, label, least, most]: NumberField): HTMLElement {
  const step = most === 1 ? 'any' : 1
  const input = element('input', {
    id: idOf(option),
    type: 'number',
    min: least,
    max: most,
    step,
    placeholder: 'default',
  })
  return element('label', {}, [`${label} `, input])
}

function idOf(option: string): string {
  return `serving-${option}`
}

function offerVersions(): void {
  const { versions } = ENGINE_MODELS[engineInForm()]
  const unique = [...new Set(versions)].map((value) => element('option', { value }, value))
  byId('version', HTMLSelectElement).replaceChildren(...unique)
}

function engineInForm(): Engine {
  const chosen = byId('engine', HTMLSelectElement).value
  return ENGINES.find((engine) => engine === chosen) ?? 'vllm'
}

/** Reads the form: the options, or which number is out of range and what it may be. */
export function servingOptionsInForm(): { readonly options: ServingOptions } | { readonly fault: string } {
  const wrong = [...byId('serving-options', HTMLFormElement).querySelectorAll('input')].find(
    (input) => !input.validity.valid,
  )
  if (wrong !== undefined) return { fault: faultOf(wrong) }
  const kind = DRAFTS.find((one) => one === chosenIn('draft'))
  const tokens = numberIn('draftTokens')
  if (tokens !== undefined && kind === undefined) return { fault: 'Tokens of a draft: choose a draft first.' }
  const numbers = [...USUAL, ...OTHERS].flatMap(([option]) => {
    const value = option === 'draftTokens' ? undefined : numberIn(option)
    return value === undefined ? [] : [[option, value] as const]
  })
  const texts = [
    ['engineVersion', chosenIn('version')],
    ['precision', chosenIn('precision')],
    ['cacheDtype', chosenIn('cache-dtype')],
  ].filter(([, value]) => value !== '')
  return {
    options: {
      engine: engineInForm(),
      gpu: chosenIn('serving-gpu'),
      ...Object.fromEntries(texts),
      ...Object.fromEntries(numbers),
      ...(kind && { draft: { kind, ...(tokens !== undefined && { tokens }) } }),
    },
  }
}

function chosenIn(id: string): string {
  return byId(id, HTMLSelectElement).value
}

function numberIn(option: string): number | undefined {
  const { value, valueAsNumber } = byId(idOf(option), HTMLInputElement)
  return value === '' ? undefined : valueAsNumber
}
