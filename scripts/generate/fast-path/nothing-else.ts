/** Fails to compile if a plan gets a new rule, which the generator would ignore. */
export function nothingElse(_: Record<string, never>): void {}
