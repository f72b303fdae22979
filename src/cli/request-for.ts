import type { Checkpoint } from '../checkpoint/read/index.js'
import { maskSecrets } from '../display/index.js'
import type { CreateModelEntityRequest } from '../schemas/index.js'
import { UsageError } from './exit-code.js'
import { count } from './formats/numbers.js'
import { printable } from './formats/printable.js'
import { yamlText } from './yaml-text.js'

/** The name and the fileset of the entity, and what to write of its spec. */
export interface RequestChoice {
  readonly name?: string
  readonly fileset?: string
  /** Whether to write the linear layers. A mixture of experts has tens of thousands. Default: false. */
  readonly linearLayers?: boolean
}

/**
 * Writes a manifest that registers a checkpoint: a request with its spec, as YAML, with the notes as comments.
 *
 * @throws UsageError if the name is missing, or if the checkpoint has no spec
 */
export function requestFor(
  { spec, partialSpec, notes }: Checkpoint,
  { name, fileset, linearLayers = false }: RequestChoice,
): string {
  if (name === undefined) throw new UsageError('--as request needs a --name')
  if (!spec) throw new UsageError(`--as request needs a complete spec: ${whyNot(notes, partialSpec !== undefined)}`)
  const { linear_layers: layers, ...rest } = spec
  const isLeftOut = !linearLayers && layers !== undefined && layers !== null
  const request: CreateModelEntityRequest = {
    name,
    ...(fileset !== undefined && { fileset }),
    spec: isLeftOut ? rest : spec,
  }
  const all = isLeftOut ? [...notes, leftOut(layers.length)] : notes
  const comments = all.map((note) => `# ${printable(note)}\n`).join('')
  return comments + yamlText(maskSecrets(request).value)
}

function whyNot(notes: readonly string[], isPartial: boolean): string {
  if (!isPartial) return 'this is not a model'
  const why = notes.find((note) => note.startsWith('the spec is incomplete')) ?? 'it is incomplete'
  return `${why}. State them in a config.json beside the weights; --format json prints what is known`
}

function leftOut(layers: number): string {
  return `linear_layers (${count(layers)}) are left out: the platform fills them in; --linear-layers includes them`
}
