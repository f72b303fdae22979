import type { GeneratorTool } from '../tool.js'
import { GO_GENERATORS } from './go.js'
import { JAVA_GENERATORS } from './java.js'
import { OTHER_GENERATORS } from './others.js'
import { PYTHON_GENERATORS } from './python.js'
import { RUST_GENERATORS } from './rust.js'
import { TYPESCRIPT_GENERATORS } from './typescript.js'

/** All generators, in the order in which they run. Add a new one to the file of its language. */
export const GENERATORS: readonly GeneratorTool[] = [
  ...TYPESCRIPT_GENERATORS,
  ...PYTHON_GENERATORS,
  ...GO_GENERATORS,
  ...RUST_GENERATORS,
  ...JAVA_GENERATORS,
  ...OTHER_GENERATORS,
]
