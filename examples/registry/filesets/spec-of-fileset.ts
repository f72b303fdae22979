import { type ModelSpec, minimumGpus, validate } from 'model-entity'
import { readCheckpoint } from 'model-entity/checkpoint/read'
import type { Registry } from '../registry.js'
import { filesetSource } from './fileset-source.js'
import type { Fileset } from './filesets.js'

/** A config, a tokenizer's config, a chat template, and the headers of the weights. */
const LIMITS = { maxFiles: 10_000, maxBytes: 64 * 1024 * 1024 }
const TIME_LIMIT_MS = 10_000

/**
 * Derives the spec of the checkpoint in a fileset. Never fails: a fileset may hold anything, and a model without a spec is a model. What was
 * found instead goes to the log.
 */
export async function specOfFileset({ log }: Registry, { reference, folder }: Fileset): Promise<ModelSpec | undefined> {
  try {
    const source = filesetSource(folder, reference, { ...LIMITS, deadlineMs: performance.now() + TIME_LIMIT_MS })
    const { spec, notes } = await readCheckpoint(source, { name: reference, minimumGpus })
    if (spec === undefined) {
      log.info({ fileset: reference, notes }, 'the fileset has no checkpoint of a model')
      return undefined
    }
    // Also fills in the nulls of the fields that the checkpoint says nothing about.
    const checked = validate('ModelSpec', spec)
    if (checked.ok) return checked.value
    log.warn({ fileset: reference, detail: checked.detail }, 'the checkpoint describes a model that is not valid')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    log.warn({ fileset: reference, reason }, 'the checkpoint cannot be read')
  }
  return undefined
}
