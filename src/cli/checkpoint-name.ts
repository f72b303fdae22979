import { InvalidArgumentError } from 'commander'
import { isHubName, parseHubName } from '../checkpoint/read/index.js'

/** Parses the argument that names a checkpoint. A wrong name of a repository is wrong usage. */
export function checkpointName(text: string): string {
  try {
    if (isHubName(text)) parseHubName(text)
    return text
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}
