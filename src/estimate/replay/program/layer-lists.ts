import type { Architecture, Loop, Steps, Value } from '../../../architecture/index.js'
import { baseOf, submodule } from '../submodules.js'

/** The names of the lists of layers that a forward pass runs: `model.layers`. */
export function layerLists(architecture: Architecture): string[] {
  if (architecture.program) return loopsIn(architecture.program.steps).map(({ name }) => name)
  const base = baseOf(architecture)
  const list = base && submodule(base, 'layers')
  return list ? [list.name] : []
}

/** The loops of steps, with the full names of their lists. */
export function loopsIn(steps: Steps, at = ''): { readonly name: string; readonly loop: Loop }[] {
  return steps.flatMap((step) => {
    if ('each' in step) return [{ name: joined(at, step.each), loop: step }]
    const value = 'let' in step ? step.be : 'give' in step ? step.give : undefined
    return value === undefined ? [] : loopsOf(value, at)
  })
}

function loopsOf(value: Value, at: string): { readonly name: string; readonly loop: Loop }[] {
  return typeof value !== 'string' && value.op === 'call' ? loopsIn(value.steps, joined(at, value.at ?? '')) : []
}

function joined(at: string, name: string): string {
  return at === '' || name === '' ? at + name : `${at}.${name}`
}
