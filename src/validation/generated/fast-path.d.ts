// Generated from src/schemas by scripts/generate/fast-path.ts: `npm run generate`.
import type { SchemaName } from '../../schemas/index.js'

export declare const FAST_PATHS: Readonly<
  Record<SchemaName, { accepts(value: unknown): boolean; build(value: unknown): unknown }>
>
