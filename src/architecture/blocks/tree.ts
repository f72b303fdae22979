import { type Module, type Part, type Repeat, range, type Shape } from '../module.js'

/** Modules and parameters by their dotted names. A name with braces stands for several: `self.{query,key,value}`. */
export type Table = Readonly<Record<string, Module | Shape | undefined>>

/**
 * A module from a table of what is in it. The modules between are made from the names; children with numbers are a list.
 *
 * @example
 * ```ts
 * tree('Layer', { 'attention.{q,k,v}_proj': linear(64, 64), 'norm{1,2}': layerNorm(64), 'cls_token': [1, 1, 64] })
 * ```
 */
export function tree(type: string, table: Table, part?: Part): Module {
  const parameters: Record<string, Shape> = {}
  const children: Record<string, Module> = {}
  const below = new Map<string, Record<string, Module | Shape>>()
  for (const [path, entry] of expanded(table)) {
    const dot = path.indexOf('.')
    const name = dot < 0 ? path : path.slice(0, dot)
    if (dot >= 0) {
      const inside = { ...below.get(name), [path.slice(dot + 1)]: entry }
      below.set(name, inside)
      children[name] = tree(name, inside, partNamed(name))
    } else if (isShape(entry)) parameters[name] = entry
    else children[name] = entry
  }
  const names = Object.keys(children)
  const isList = names.length > 0 && names.every((name) => NUMBER.test(name))
  return {
    type,
    ...(part && { part }),
    ...(Object.keys(parameters).length > 0 && { parameters }),
    ...(isList ? { items: numbered(children) } : { children }),
  }
}

/** The entries of a table, with a name for each choice between braces. */
function expanded(table: Table): [string, Module | Shape][] {
  return Object.entries(table).flatMap(([path, entry]) =>
    entry === undefined ? [] : pathsOf(path).map((each): [string, Module | Shape] => [each, entry]),
  )
}

function pathsOf(path: string): string[] {
  const open = path.indexOf('{')
  if (open < 0) return [path]
  const close = path.indexOf('}', open)
  const choices = path
    .slice(open + 1, close)
    .split(',')
    .flatMap(numbersOf)
  return choices.flatMap((choice) => pathsOf(path.slice(0, open) + choice + path.slice(close + 1)))
}

/** `0-3` stands for the numbers from 0 to 3. */
function numbersOf(choice: string): string[] {
  const [from, to] = choice.split('-')
  const isRange = to !== undefined && NUMBER.test(from ?? '') && NUMBER.test(to)
  return isRange ? range(Number(to) - Number(from) + 1).map((index) => String(Number(from) + index)) : [choice]
}

const NUMBER = /^\d+$/

function numbered(children: Readonly<Record<string, Module>>): Repeat[] {
  return Object.entries(children).map(([name, module]) => ({ indices: [Number(name)], module }))
}

/** What a module in a layer is, from its usual names. */
function partNamed(name: string): Part | undefined {
  if (/attention|attn/i.test(name)) return 'attention'
  return /^(mlp|ffn?|feed_forward\d?|intermediate|output)$/.test(name) ? 'mlp' : undefined
}

function isShape(entry: Module | Shape): entry is Shape {
  return Array.isArray(entry)
}
