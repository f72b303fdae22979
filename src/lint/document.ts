/** What the rules see of a document. */

import type { CreateModelEntityRequest, ModelEntity, ModelSpec, SchemaName } from '../schemas/index.js'
import type { Part, Parts } from './parts.js'

/** A value under lint: as it was written, and in parts as it was validated. */
export interface LintDocument {
  readonly model: SchemaName
  /** The value before validation, as it was written. */
  readonly written: unknown
  /** The value after validation; undefined when it was refused. */
  readonly value: unknown
  /** The objects of the validated value by the name of their definition; none when it was refused. */
  readonly parts: Parts
  /** How a number was spelled in the source, when the caller knows. */
  readonly spelling: (loc: (string | number)[]) => string | undefined
  /** Objects that have been searched for unknown fields, as which definitions; where it is given these are told once. */
  readonly seen: WeakMap<object, Set<unknown>> | undefined
  /** An estimate of the fewest GPUs, when the caller has one. */
  readonly minimumGpus: MinimumGpusOfSpec
}

/**
 * The fewest GPUs of 80 GB that training a model takes: `minimumGpus` of `model-entity/estimate`. A field that is not known is
 * absent.
 */
export type MinimumGpusOfSpec = (spec: ModelSpec) => {
  readonly minimum_gpus_all_weights?: number
  readonly minimum_gpus_lora?: number
}

/** The models of a document: the entity or the request itself. */
export function models({ parts }: LintDocument): readonly Part<'ModelEntity' | 'CreateModelEntityRequest'>[] {
  return [...parts('ModelEntity'), ...parts('CreateModelEntityRequest')]
}

/** The workspace of a model; a request does not say it. */
export function workspaceOf(model: ModelEntity | CreateModelEntityRequest): string | null {
  return 'workspace' in model ? model.workspace : null
}

/** Whether an optional field holds something: neither null nor empty. */
export function isSet<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined && value !== ''
}
