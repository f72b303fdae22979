import { CheckpointError } from '../architecture/index.js'

/** GGUF files of another kind than a model. Source: `GGUFType` of gguf. */
const OTHER_KINDS: Readonly<Record<string, readonly [what: string, help: string]>> = {
  adapter: [
    'a LoRA adapter',
    'inspect the PEFT adapter that it was converted from: its rank is in adapter_config.json',
  ],
  imatrix: ['an importance matrix for quantisation', 'pass the GGUF file of the model'],
  mmproj: ['a projector of images or audio', 'pass the GGUF file of the language model'],
}

/**
 * Refuses a GGUF file that is not a model.
 *
 * @throws CheckpointError `no_checkpoint`, with what to pass instead
 */
export function refuseOtherKinds(metadata: Readonly<Record<string, unknown>>): void {
  const kind = metadata['general.type']
  const other = typeof kind === 'string' && Object.hasOwn(OTHER_KINDS, kind) ? OTHER_KINDS[kind] : undefined
  if (other === undefined) return
  const [what, help] = other
  throw new CheckpointError('no_checkpoint', `the GGUF file is ${what}, not a model`, { place: ['general.type'], help })
}
