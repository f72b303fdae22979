/** The document as the rules see it. */

import type { CreateModelEntityRequest, ModelEntity, ModelSpec, SchemaName } from '../schemas/index.js'
import type { DocumentNode, DocumentNodes } from './document-nodes.js'

/** A value being linted: as written, and the nodes of its validated form. */
export interface LintDocument {
  readonly model: SchemaName
  /** The value as written, before validation. */
  readonly written: unknown
  /** The value after validation. Undefined if validation failed. */
  readonly value: unknown
  /** The objects in the validated value, by the name of their definition. Empty if validation failed. */
  readonly nodes: DocumentNodes
  /** How a number is spelled in the source, if the caller knows. */
  readonly spelling: (loc: (string | number)[]) => string | undefined
  /** Objects already searched for unknown fields, with the definitions used. If set, each object is reported once. */
  readonly seen: WeakMap<object, Set<unknown>> | undefined
  /** Estimates the fewest GPUs. Returns an empty object if the caller has no estimate. */
  readonly minimumGpus: MinimumGpusOfSpec
}

/**
 * The fewest 80 GB GPUs needed to train a model: `minimumGpus` of `model-entity/estimate`. An unknown value is absent.
 */
export type MinimumGpusOfSpec = (spec: ModelSpec) => {
  readonly minimum_gpus_all_weights?: number
  readonly minimum_gpus_lora?: number
}

/** The models in a document: the entity or the request itself. */
export function models({ nodes }: LintDocument): readonly DocumentNode<'ModelEntity' | 'CreateModelEntityRequest'>[] {
  return [...nodes('ModelEntity'), ...nodes('CreateModelEntityRequest')]
}

/** The workspace of a model. Null for a request, which has no such field. */
export function workspaceOf(model: ModelEntity | CreateModelEntityRequest): string | null {
  return 'workspace' in model ? model.workspace : null
}

/** Whether an optional field is set: not null, not undefined and not empty. */
export function isSet<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined && value !== ''
}
