import { MARK, Machine } from './pickle-machine.js'
import { isKind, type PickleCall, type PickleDict, type PickleList, type PickleValue } from './pickle-values.js'

/** A value, and where the pickle ends. */
export interface ReadPickle {
  readonly value: PickleValue
  readonly end: number
}

/**
 * Reads a pickle without executing it: globals are names, and calls are data. Time and memory are linear in the length of the
 * pickle, because nothing is copied or called. Opcodes that torch does not write are refused.
 *
 * Source: `pickletools.opcodes` of Python.
 *
 * @throws PickleError for an unknown opcode, an empty stack, or an end in the middle
 */
export function readPickle(bytes: Uint8Array, start = 0): ReadPickle {
  const machine = new Machine(bytes, start)
  for (;;) {
    const opcode = machine.byte()
    if (opcode === STOP) return { value: machine.pop(), end: machine.at }
    const run = OPCODES.get(opcode)
    if (!run) throw machine.error(`the opcode 0x${opcode.toString(16).padStart(2, '0')} is not one that torch writes`)
    run(machine)
  }
}

const STOP = 0x2e

const list = (items: PickleValue[]): PickleList => ({ kind: 'list', items })
const dict = (): PickleDict => ({ kind: 'dict', entries: new Map() })
const call = (of: PickleValue, args: PickleValue): PickleCall => {
  return { kind: 'call', of, arguments: args, entries: new Map() }
}

/** Sets entries of the dictionary on top. Keys that are no texts name no tensors. */
function setItems(machine: Machine, pairs: readonly PickleValue[]): void {
  const target = machine.top()
  if (!isKind(target, 'dict') && !isKind(target, 'call')) return
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    const key = pairs[index]
    if (typeof key === 'string') target.entries.set(key, pairs[index + 1] ?? null)
  }
}

function append(machine: Machine, values: readonly PickleValue[]): void {
  const target = machine.top()
  if (isKind(target, 'list')) for (const value of values) target.items.push(value)
}

function global(module: PickleValue, name: PickleValue): PickleValue {
  return { kind: 'global', name: `${String(module)}.${String(name)}` }
}

/** What each opcode does. Those of protocols 2 to 5 that torch and pickle write for tensors, dictionaries and settings. */
const OPCODES_BY_CHARACTER: Readonly<Record<string, (machine: Machine) => void>> = {
  // Protocol and frames.
  '\x80': (m) => void m.byte(),
  '\x95': (m) => void m.skip(8),
  // Constants.
  N: (m) => m.push(null),
  '\x88': (m) => m.push(true),
  '\x89': (m) => m.push(false),
  K: (m) => m.push(m.uint(1)),
  M: (m) => m.push(m.uint(2)),
  J: (m) => m.push(m.int32()),
  '\x8a': (m) => m.push(m.long(m.uint(1))),
  '\x8b': (m) => m.push(m.long(m.uint(4))),
  G: (m) => m.push(m.float()),
  X: (m) => m.push(m.text(m.uint(4))),
  '\x8c': (m) => m.push(m.text(m.uint(1))),
  '\x8d': (m) => m.push(m.text(m.uint(8))),
  U: (m) => m.push(m.text(m.uint(1))),
  T: (m) => m.push(m.text(m.uint(4))),
  C: (m) => m.push(m.text(m.uint(1))),
  B: (m) => m.push(m.text(m.uint(4))),
  // Containers.
  '(': (m) => m.push(MARK),
  ')': (m) => m.push(list([])),
  ']': (m) => m.push(list([])),
  '}': (m) => m.push(dict()),
  '\x8f': (m) => m.push(list([])),
  t: (m) => m.push(list(m.group())),
  l: (m) => m.push(list(m.group())),
  '\x91': (m) => m.push(list(m.group())),
  '\x85': (m) => m.push(list(m.take(1))),
  '\x86': (m) => m.push(list(m.take(2))),
  '\x87': (m) => m.push(list(m.take(3))),
  a: append1,
  e: (m) => append(m, m.group()),
  '\x90': (m) => append(m, m.group()),
  s: (m) => setItems(m, m.take(2)),
  u: (m) => setItems(m, m.group()),
  // The stack and values that are used again.
  '0': (m) => void m.pop(),
  '1': (m) => void m.group(),
  '2': (m) => m.push(m.top()),
  q: (m) => m.remember(m.uint(1)),
  r: (m) => m.remember(m.uint(4)),
  '\x94': (m) => m.memoize(),
  h: (m) => m.recall(m.uint(1)),
  j: (m) => m.recall(m.uint(4)),
  // Names, references and calls.
  c: (m) => m.push(global(m.line(), m.line())),
  '\x93': (m) => m.push(global(...pairOf(m))),
  Q: (m) => m.push({ kind: 'reference', to: m.pop() }),
  R: (m) => m.push(call(...pairOf(m))),
  '\x81': (m) => m.push(call(...pairOf(m))),
  b: build,
}

const OPCODES: ReadonlyMap<number, (machine: Machine) => void> = new Map(
  Object.entries(OPCODES_BY_CHARACTER).map(([character, run]) => [character.charCodeAt(0), run]),
)

function append1(machine: Machine): void {
  const value = machine.pop()
  append(machine, [value])
}

function pairOf(machine: Machine): [PickleValue, PickleValue] {
  const second = machine.pop()
  return [machine.pop(), second]
}

/** Sets the state of the object on top. That of a module or a parameter is not needed. */
function build(machine: Machine): void {
  const state = machine.pop()
  const target = machine.top()
  if (isKind(target, 'call') && isKind(state, 'dict'))
    for (const [key, value] of state.entries) if (!target.entries.has(key)) target.entries.set(key, value)
}
