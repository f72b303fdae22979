import type { ConfigObject } from './config-object.js'

/** What is wrong with a value of a config whose type is right: where it is, and a sentence without its subject. */
export type Problem = readonly [place: readonly string[], problem: string]

/** The value of a field; `undefined` if the config does not state it. */
export function stated(config: ConfigObject, name: string): unknown {
  return Object.hasOwn(config, name) ? config[name] : undefined
}
