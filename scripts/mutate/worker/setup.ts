/** A property that fails has noticed the mutant: a smaller example of it is of no use. */
import * as fc from 'fast-check'

fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true })
