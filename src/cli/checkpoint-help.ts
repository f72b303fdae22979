import type { CheckpointError, CheckpointErrorCode } from '../architecture/index.js'

const DOWNLOAD_AGAIN = 'the file is damaged, or is of another format: download it again'
const OTHER_CONFIG = 'correct the config, or use the one that belongs to the weights'

/** What to do about each kind of error that does not say it itself. */
const HELP: Readonly<Partial<Record<CheckpointErrorCode, string>>> = {
  missing_field: OTHER_CONFIG,
  invalid_field: OTHER_CONFIG,
  invalid_json: 'correct the file, or download it again',
  invalid_header: DOWNLOAD_AGAIN,
  truncated_file: 'the download may be incomplete: download the file again',
  header_too_large: DOWNLOAD_AGAIN,
  overlapping_tensors: DOWNLOAD_AGAIN,
  tensor_too_large: DOWNLOAD_AGAIN,
  unreadable_file: 'check that the file is there, and that you may read it',
  no_checkpoint: 'pass a folder, a config.json, a safetensors, GGUF or .bin file, or a name on the hub: hf:org/name',
}

/** What to do about an error of a checkpoint. */
export function checkpointHelp({ code, help }: CheckpointError): string | undefined {
  return help ?? HELP[code]
}
