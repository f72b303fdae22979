import { quantisationOf } from '../checkpoint/index.js'
import { NO_DTYPE } from '../checkpoint/precision.js'
import { type Checkpoint, readCheckpoint } from '../checkpoint/read/index.js'
import type { EstimableModel, MemoryMethod } from '../estimate/index.js'
import { methodOf } from '../estimate/methods.js'
import { isManifestName, precisionNotes, specOfManifest } from './estimate-manifest.js'
import { UsageError } from './exit-code.js'
import { checkRevision, hubOptions } from './hub-options.js'

/** The model of `model-entity estimate`. */
export interface EstimatedModel {
  readonly name: string
  readonly family: string
  readonly model: EstimableModel
  readonly notes: readonly string[]
}

/** Reads a model from a manifest, a folder, a config or the hub. */
export async function estimatedModel(
  from: string,
  method: MemoryMethod,
  flags: { readonly revision?: string; readonly token?: string },
): Promise<EstimatedModel> {
  checkRevision(flags.revision, from)
  const isServed = methodOf(method).trains === 'nothing'
  if (isManifestName(from)) {
    const spec = await specOfManifest(from)
    const notes = isServed ? [] : precisionNotes(spec.precision)
    return { name: spec.checkpoint_model_name, family: spec.family, model: spec, notes }
  }
  const checkpoint = await readCheckpoint(from, hubOptions(flags))
  const { architecture } = checkpoint
  if (!architecture) throw new UsageError(`${from} has no config.json of a known family: its forward pass is unknown`)
  return {
    name: nameOf(checkpoint, from),
    family: architecture.family,
    // What is trained has the precision of the method, whatever the files hold.
    model: isServed ? checkpoint : architecture,
    notes: [...(isServed ? [] : quantisationNotes(checkpoint, method)), ...modelNotes(checkpoint, isServed)],
  }
}

/** What `inspect` notes about the model. Notes about its chat template do not matter for memory, nor does the precision of its files for training. */
function modelNotes({ notes }: Checkpoint, isServed: boolean): readonly string[] {
  return notes.filter((note) => !note.startsWith('is_chat') && (isServed || note !== NO_DTYPE))
}

/** Only `qlora` counts weights in fewer bits than 16. */
function quantisationNotes({ spec, config, stored }: Checkpoint, method: MemoryMethod): string[] {
  const isQuantised =
    stored?.storage.parameters.some(({ scheme }) => scheme !== undefined) ??
    quantisationOf({ ...(config && { config }) }) !== undefined
  if (!isQuantised || method === 'qlora' || spec === undefined) return []
  const weights = method === 'full-mixed' ? 'float32' : '16 bits'
  return [
    `weights are counted in ${weights}, although the checkpoint stores most of them in ${spec.precision}: served as stored, they need less`,
  ]
}

function nameOf({ spec }: Checkpoint, from: string): string {
  return spec?.checkpoint_model_name ?? from
}
