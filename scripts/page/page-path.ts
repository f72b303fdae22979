import { fileURLToPath } from 'node:url'

/** The path of the built page in the package. */
export const PAGE = fileURLToPath(new URL('../../dist/page/index.html', import.meta.url))
