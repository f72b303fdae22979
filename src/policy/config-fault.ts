/** A mistake in a config. */
export interface ConfigFault {
  readonly loc: readonly (string | number)[]
  readonly at: 'key' | 'value'
  readonly message: string
  readonly help: string
}

/** Receives each mistake as it is found. */
export type TellFault = (fault: ConfigFault) => void
