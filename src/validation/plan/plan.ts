/**
 * A plan: the part of a definition that validation needs. Definitions also have descriptions and examples. Plans are small,
 * and those of our definitions are generated.
 */
export type Plan =
  | AnyPlan
  | BooleanPlan
  | DatePlan
  | DatetimePlan
  | EnumPlan
  | IntegerPlan
  | ListPlan
  | LiteralPlan
  | ModelPlan
  | NullablePlan
  | NumberPlan
  | RecordPlan
  | StringPlan
  | TimePlan
  | TuplePlan
  | UnionPlan
  | UrlPlan
  | UuidPlan

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

/** `date`, written as text. */
export interface DatePlan {
  readonly kind: 'date'
}

/** `time`, written as text. */
export interface TimePlan {
  readonly kind: 'time'
}

/** `UUID`, written as text. */
export interface UuidPlan {
  readonly kind: 'uuid'
}

/** `AnyUrl`: an absolute URL. */
export interface UrlPlan {
  readonly kind: 'url'
}

/** An `Enum` of strings. */
export interface EnumPlan {
  readonly kind: 'enum'
  /** The name of the class. */
  readonly name?: string
  readonly values: readonly string[]
}

/** `Literal[…]` of strings, integers and booleans. */
export interface LiteralPlan {
  readonly kind: 'literal'
  readonly values: readonly (string | number | boolean)[]
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
  readonly minItems?: number
  readonly maxItems?: number
}

/** `tuple[…]` of a fixed length. */
export interface TuplePlan {
  readonly kind: 'tuple'
  readonly items: readonly Plan[]
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
  /** Whether an extra field is an error. */
  readonly forbidsExtras?: true
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
