// Generated from src/schemas by scripts/generate/fast-path.ts: `npm run generate`.
export declare const FAST_PATHS: readonly [
  accepts: (value: unknown) => boolean,
  build: (value: unknown) => unknown,
][]
