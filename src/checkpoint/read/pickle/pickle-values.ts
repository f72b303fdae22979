/** What a pickle of torch consists of. Nothing in it is executed: calls are kept as data. */

/** A value of a pickle. */
export type PickleValue = string | number | bigint | boolean | null | PickleObject

type PickleObject = PickleList | PickleDict | PickleGlobal | PickleCall | PickleReference

/** A list or a tuple. */
export interface PickleList {
  readonly kind: 'list'
  readonly items: PickleValue[]
}

/** A dictionary, with its keys that are texts. */
export interface PickleDict {
  readonly kind: 'dict'
  readonly entries: Map<string, PickleValue>
}

/** The name of a class or function: `torch._utils._rebuild_tensor_v2`. */
export interface PickleGlobal {
  readonly kind: 'global'
  readonly name: string
}

/** A call that unpickling would make. */
export interface PickleCall {
  readonly kind: 'call'
  readonly of: PickleValue
  readonly arguments: PickleValue
  /** What is set on the object after the call: the items of an ordered dictionary. */
  readonly entries: Map<string, PickleValue>
}

/** A reference to something outside the pickle: a storage, which holds the data of tensors. */
export interface PickleReference {
  readonly kind: 'reference'
  readonly to: PickleValue
}

/** Whether a value is an object of one kind. */
export function isKind<Kind extends PickleObject['kind']>(
  value: PickleValue | undefined,
  kind: Kind,
): value is Extract<PickleObject, { readonly kind: Kind }> {
  return typeof value === 'object' && value?.kind === kind
}

/** The items of a list; none for anything else. */
export function itemsOf(value: PickleValue | undefined): readonly PickleValue[] {
  return isKind(value, 'list') ? value.items : []
}

/** The entries of a dictionary or an ordered dictionary; none for anything else. */
export function entriesOf(value: PickleValue | undefined): ReadonlyMap<string, PickleValue> {
  return isKind(value, 'dict') || isKind(value, 'call') ? value.entries : new Map()
}

/** The name of a class or function, or `undefined`. */
export function globalName(value: PickleValue | undefined): string | undefined {
  return isKind(value, 'global') ? value.name : undefined
}
