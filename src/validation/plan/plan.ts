/**
 * A plan: what the validator knows of a definition, and no more. Definitions carry descriptions that validation has no
 * use for; plans are small, and those of the definitions are generated.
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
  /** Whether it must be a model reference, too. */
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
  /** Whether fields that the model does not name are kept; else they are dropped. */
  readonly keepsExtras?: true
  readonly atMostOne?: AtMostOne
}

/** Fields of which only one may be set, neither absent nor null: a validator that pydantic runs after the fields, if all are valid. */
export interface AtMostOne {
  readonly fields: readonly string[]
  /** What is said of two. */
  readonly error: string
}

/** One field of a model. */
export interface FieldPlan {
  readonly name: string
  readonly plan: Plan
  readonly required?: true
  /** What an absent field is taken to be; an optional field without one stays absent. */
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
