import type { SchemaName } from '../schemas/index.js'
import { PACKAGE_VERSION } from './generated/version.js'
import type { Dialect, Variant } from './style.js'

/** The path of a definition's schema in the folder `schemas` of the package. */
export function schemaPath(name: SchemaName, dialect: Dialect, variant: Variant): string {
  return `${variant === 'page' ? 'page/' : ''}${dialect}/${name}.json`
}

/**
 * The `$id` of an artifact: a URL that ends with its path in the package, behind the package's name and version. Where the package
 * is installed, this is the file `node_modules/model-entity/schemas/…`.
 */
export function artifactId(path: string): string {
  return `https://unpkg.com/model-entity@${PACKAGE_VERSION}/schemas/${path}`
}
