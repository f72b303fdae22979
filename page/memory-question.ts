import { DEFAULT_GPU, GPUS, type Gpu, type MemoryMethod } from '../src/estimate/index.js'
import { byId, element } from './dom.js'
import { number } from './format.js'

/** The options of the memory form. */
export interface MemoryQuestion {
  readonly gpu: Gpu
  readonly batchSize: number
  readonly sequenceLength: number
  readonly rank: number
  readonly gradientCheckpointing: boolean
  /** The method to show on several GPUs. */
  readonly spread: MemoryMethod
}

/** The methods, with their names on the page. */
export const METHODS: Readonly<Record<MemoryMethod, string>> = {
  full: 'full, bf16',
  'full-mixed': 'full, mixed',
  lora: 'LoRA',
  qlora: 'QLoRA, 4 bits',
  inference: 'inference',
}

/** Fills in the choices of the form. */
export function prepareForm(): void {
  const gpus = GPUS.map(({ name }) => element('option', { value: name, selected: name === DEFAULT_GPU }, name))
  byId('gpu', HTMLSelectElement).append(...gpus)
  const methods = Object.entries(METHODS).filter(([method]) => method !== 'inference')
  byId('method', HTMLSelectElement).append(
    ...methods.map(([method, name]) => element('option', { value: method }, name)),
  )
}

/** Reads the form: the question, or which number is out of range and what it may be. */
export function questionInForm(): MemoryQuestion | { readonly fault: string } {
  const wrong = [...byId('options', HTMLFormElement).querySelectorAll('input')].find((input) => !input.validity.valid)
  if (wrong !== undefined) return { fault: faultOf(wrong) }
  const gpu = GPUS.find(({ name }) => name === byId('gpu', HTMLSelectElement).value)
  const spread = byId('method', HTMLSelectElement).value
  if (!gpu || !isMethod(spread)) throw new Error('the form offers a choice that the library does not have')
  const count = (id: string) => byId(id, HTMLInputElement).valueAsNumber
  return {
    gpu,
    batchSize: count('batch'),
    sequenceLength: count('sequence'),
    rank: count('rank'),
    gradientCheckpointing: byId('checkpointing', HTMLInputElement).checked,
    spread,
  }
}

/** Which number is out of range, and what it may be. */
export function faultOf({ labels, min, max, step, value }: HTMLInputElement): string {
  const name = labels?.[0]?.textContent?.trim() ?? 'A number'
  const found = value === '' ? '' : `, not ${value}`
  const kind = step === 'any' ? 'a number' : 'a whole number'
  return `${name}: write ${kind} from ${number(Number(min))} to ${number(Number(max))}${found}.`
}

function isMethod(text: string): text is MemoryMethod {
  return Object.hasOwn(METHODS, text)
}
