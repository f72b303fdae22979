import type { Dtype } from '../../dtype.js'
import { DTYPE_BITS } from '../../dtype.js'
import { elementCount } from '../../quantisation/stored-weight.js'
import type { StoredTensor } from '../../safetensors-header.js'
import { entriesOf, globalName, isKind, itemsOf, type PickleCall, type PickleValue } from './pickle-values.js'

/** The tensors of a checkpoint that torch wrote. */
export interface TorchTensors {
  /** Each tensor once. Their offsets say how large they are, not where they are. */
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** Names that share their storage with an earlier one, such as a tied output embedding. */
  readonly shared: readonly string[]
}

/**
 * Finds the tensors in a pickled state dictionary: at its top, under the names that trainers use, or with a dictionary for each
 * module, as HQQ writes them.
 */
export function torchTensors(value: PickleValue): TorchTensors {
  const flat = [value, ...WRAPPERS.map((name) => entriesOf(value).get(name))]
  const found = [...flat.map((entry) => tensorsIn(entriesOf(entry))), tensorsIn(entriesOfModules(value))]
  const named = found.find(({ tensors }) => tensors.size > 0)
  return named ?? { tensors: new Map(), shared: [] }
}

/** HQQ's `qmodel.pt`: the tensors and settings of each module, or of its `meta`, under the module's name. */
function* entriesOfModules(value: PickleValue): Generator<readonly [string, PickleValue]> {
  const modules = [...entriesOf(value)].map(([name, entry]) => [name, entriesOf(entry)] as const)
  if (!modules.some(([, entries]) => entries.has('W_q'))) return
  for (const [module, entries] of modules) {
    for (const [name, entry] of [...entries, ...entriesOf(entries.get('meta'))]) yield [`${module}.${name}`, entry]
  }
}

/** Where trainers put the weights, beside those of the optimizer. */
const WRAPPERS = ['state_dict', 'model_state_dict', 'model', 'module']

function tensorsIn(entries: Iterable<readonly [string, PickleValue]>): TorchTensors {
  const tensors = new Map<string, StoredTensor>()
  const seen = new Set<string>()
  const shared: string[] = []
  let end = 0
  for (const [name, entry] of entries) {
    const tensor = tensorOf(entry)
    if (!tensor) continue
    const { dtype, shape, storage } = tensor
    if (seen.has(storage)) {
      shared.push(name)
      continue
    }
    seen.add(storage)
    const start = end
    end += Math.ceil((elementCount(shape) * DTYPE_BITS[dtype]) / 8)
    tensors.set(name, { dtype, shape, offsets: [start, end] })
  }
  return { tensors, shared }
}

interface TorchTensor {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  /** The storage and the part of it: equal for tensors that share their data. */
  readonly storage: string
}

/** The functions of torch that rebuild a tensor, with the places of their arguments. Source: `torch/_utils.py`. */
const REBUILDERS: Readonly<Record<string, { readonly dtypeAt?: number }>> = {
  'torch._utils._rebuild_tensor': {},
  'torch._utils._rebuild_tensor_v2': {},
  'torch._utils._rebuild_tensor_v3': { dtypeAt: 6 },
}

/** The functions whose first argument is a tensor. */
const WRAPPING: ReadonlySet<string> = new Set([
  'torch._utils._rebuild_parameter',
  'torch._utils._rebuild_parameter_with_state',
  'torch._tensor._rebuild_from_type_v2',
])

/** Parameters in parameters: torch writes two levels. */
const MAX_LEVELS = 4

function tensorOf(value: PickleValue | undefined, level = 0): TorchTensor | undefined {
  if (!isKind(value, 'call') || level > MAX_LEVELS) return undefined
  const name = globalName(value.of) ?? ''
  if (WRAPPING.has(name)) return tensorOf(wrapped(value), level + 1)
  const rebuilder = Object.hasOwn(REBUILDERS, name) ? REBUILDERS[name] : undefined
  if (!rebuilder) return undefined
  const [storage, offset, sizes, ...rest] = itemsOf(value.arguments)
  if (!isKind(storage, 'reference')) return undefined
  const [, type, key] = itemsOf(storage.to)
  const stated = rebuilder.dtypeAt === undefined ? undefined : globalName(rest[rebuilder.dtypeAt - 3])
  const dtype = dtypeOf(stated ?? globalName(type) ?? '')
  const shape = itemsOf(sizes)
  if (dtype === undefined || !shape.every(isSize)) return undefined
  return { dtype, shape, storage: `${String(key)} ${String(offset)} ${shape.join()}` }
}

/** The tensor inside a parameter, or in the arguments of a subclass of tensors. */
function wrapped({ arguments: args }: PickleCall): PickleValue | undefined {
  const [first, , third] = itemsOf(args)
  if (globalName(first) === undefined) return first
  return { kind: 'call', of: first ?? null, arguments: third ?? null, entries: new Map() }
}

function isSize(value: PickleValue): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** The dtype of a class of storages, or of a dtype itself. */
function dtypeOf(name: string): Dtype | undefined {
  return DTYPES[name.replace(/^torch\.(?:storage\.|cuda\.)?/, '')]
}

const DTYPES: Readonly<Record<string, Dtype>> = {
  ...{ FloatStorage: 'F32', HalfStorage: 'F16', BFloat16Storage: 'BF16', DoubleStorage: 'F64' },
  ...{ LongStorage: 'I64', IntStorage: 'I32', ShortStorage: 'I16', CharStorage: 'I8', ByteStorage: 'U8' },
  ...{ BoolStorage: 'BOOL', ComplexFloatStorage: 'C64' },
  ...{ float8_e4m3fn: 'F8_E4M3', float8_e5m2: 'F8_E5M2', float8_e8m0fnu: 'F8_E8M0' },
  ...{ uint16: 'U16', uint32: 'U32', uint64: 'U64', float32: 'F32', float16: 'F16', bfloat16: 'BF16' },
}
