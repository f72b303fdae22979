import { InvalidArgumentError } from 'commander'
import { hubRepository, isHubName } from '../checkpoint/read/index.js'

/** Parses the argument that names a checkpoint. A wrong name of a repository is wrong usage. */
export function checkpointName(text: string): string {
  try {
    if (isHubName(text)) hubRepository(text)
    return text
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}
