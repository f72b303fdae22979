import type { Mutant as StrykerMutant } from '@stryker-mutator/api/core'

/** A small change to the code. Its switch in the code asks for its `id`. Lines and columns count from 0. */
export type Mutant = Pick<StrykerMutant, 'id' | 'fileName' | 'mutatorName' | 'location' | 'replacement'>

/** What tells a mutant from all others, whichever of them are put into the code. */
export function keyOf({ fileName, mutatorName, location: { start, end }, replacement }: Mutant): string {
  return [fileName, start.line, start.column, end.line, end.column, mutatorName, replacement].join(':')
}
