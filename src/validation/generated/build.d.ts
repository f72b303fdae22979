// Generated from src/schemas by scripts/generate/gate.ts: `npm run generate`.
import type { SchemaName } from '../../schemas/index.js'

export declare const builds: Readonly<Record<SchemaName, (value: unknown) => unknown>>
