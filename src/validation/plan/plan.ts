/**
 * A plan: the part of a definition that validation needs. Definitions also have descriptions and examples. Plans are small,
 * and those of our definitions are generated.
 */
export type Plan =
  | AnyPlan
  | BooleanPlan
  | DatetimePlan
  | EnumPlan
  | IntegerPlan
  | ListPlan
  | ModelPlan
  | NullablePlan
  | NumberPlan
  | RecordPlan
  | StringPlan
  | UnionPlan
  | UrlPlan

/** Any JSON value: pydantic's `Any`. */
export interface AnyPlan {
  readonly kind: 'any'
}

/** `bool`. */
export interface BooleanPlan {
  readonly kind: 'boolean'
}

/** `datetime`, written as text. */
export interface DatetimePlan {
  readonly kind: 'datetime'
}

/** `AnyUrl`: an absolute URL. */
export interface UrlPlan {
  readonly kind: 'url'
}

/** An `Enum` of strings. */
export interface EnumPlan {
  readonly kind: 'enum'
  readonly values: readonly string[]
}

/** Bounds of a number, each inclusive or exclusive. */
export interface Bounds {
  readonly ge?: number
  readonly gt?: number
  readonly le?: number
  readonly lt?: number
}

/** `int`. */
export interface IntegerPlan extends Bounds {
  readonly kind: 'integer'
}

/** `float`. */
export interface NumberPlan extends Bounds {
  readonly kind: 'number'
}

/** `str`; lengths are counted in code points. */
export interface StringPlan {
  readonly kind: 'string'
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  /** Whether it must also be a model reference. */
  readonly reference?: true
}

/** `list[…]`. */
export interface ListPlan {
  readonly kind: 'list'
  readonly items: Plan
}

/** `dict[str, …]`. */
export interface RecordPlan {
  readonly kind: 'record'
  readonly values: Plan
}

/** A model: named fields, checked in this order. */
export interface ModelPlan {
  readonly kind: 'model'
  readonly name: string
  readonly fields: readonly FieldPlan[]
  /** Whether to keep extra fields. Otherwise they are dropped. */
  readonly keepsExtras?: true
  readonly atMostOne?: AtMostOne
}

/** Fields of which at most one may be set (not absent and not null). pydantic checks this after all fields are valid. */
export interface AtMostOne {
  readonly fields: readonly string[]
  /** The message if two are set. */
  readonly error: string
}

/** One field of a model. */
export interface FieldPlan {
  readonly name: string
  readonly plan: Plan
  readonly required?: true
  /** The default of an absent field. An optional field without a default stays absent. */
  readonly default?: unknown
}

/** `Optional[…]`. */
export interface NullablePlan {
  readonly kind: 'nullable'
  readonly inner: Plan
}

/** `Union[…]`, in pydantic's smart mode. */
export interface UnionPlan {
  readonly kind: 'union'
  readonly members: readonly Plan[]
}
