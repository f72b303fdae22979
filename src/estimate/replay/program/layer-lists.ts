import type { Architecture, Steps, Value } from '../../../architecture/index.js'
import { baseOf, submodule } from '../submodules.js'

/** The names of the lists of layers that a forward pass runs: `model.layers`. */
export function layerLists(architecture: Architecture): string[] {
  if (architecture.program) return listsIn(architecture.program.steps, '')
  const base = baseOf(architecture)
  const list = base && submodule(base, 'layers')
  return list ? [list.name] : []
}

function listsIn(steps: Steps, at: string): string[] {
  return steps.flatMap((step) => {
    if ('each' in step) return [joined(at, step.each)]
    const value = 'let' in step ? step.be : 'give' in step ? step.give : undefined
    return value === undefined ? [] : listsOf(value, at)
  })
}

function listsOf(value: Value, at: string): string[] {
  return typeof value !== 'string' && value.op === 'call' ? listsIn(value.steps, joined(at, value.at ?? '')) : []
}

function joined(at: string, name: string): string {
  return at === '' || name === '' ? at + name : `${at}.${name}`
}
