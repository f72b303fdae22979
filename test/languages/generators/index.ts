import type { GeneratorTool } from '../tool.js'
import { GO_GENERATORS } from './go.js'
import { PYTHON_GENERATORS } from './python.js'
import { TYPESCRIPT_GENERATORS } from './typescript.js'

/** All generators, in the order in which they run. Add a new one to the file of its language. */
export const GENERATORS: readonly GeneratorTool[] = [...TYPESCRIPT_GENERATORS, ...PYTHON_GENERATORS, ...GO_GENERATORS]
