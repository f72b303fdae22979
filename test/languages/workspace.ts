import { join } from 'node:path'

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '../..')

/** Where tools are installed and their output goes; kept between runs. */
export const CACHE = join(ROOT, '.cache/languages')

/** The programs that read and write entities with generated code. */
export const PROGRAMS = join(ROOT, 'test/languages/programs')
