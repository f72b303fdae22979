import { fileURLToPath } from 'node:url'

/** The built page, as the package ships it. */
export const PAGE = fileURLToPath(new URL('../../dist/page/index.html', import.meta.url))
