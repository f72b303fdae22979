import type { Family } from '../family.js'
import { llama } from './llama.js'

/** Every family that is described, in alphabetical order. */
export const FAMILIES: readonly Family[] = [llama]
