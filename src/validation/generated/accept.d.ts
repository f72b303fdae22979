// Generated from src/schemas by scripts/generate/gate.ts: `npm run generate`.
import type { SchemaName } from '../../schemas/index.js'

export declare const accepts: Readonly<Record<SchemaName, (value: unknown) => boolean>>
