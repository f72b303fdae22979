import type { ConfigReader } from '../config-reader.js'

/** The width of an MLP as a multiple of the model's, which `mlp_ratio` states. */
export function widthByRatio(config: ConfigReader, absent: number, width: number): number {
  const size = Math.trunc(width * config.number('mlp_ratio', absent))
  if (size < 0) throw config.invalid('mlp_ratio', 'a number of 0 or more')
  return size
}

/** Doubts a field that the classes compute from others: transformers 4.57 ignores one that is stated, and 5 uses it. */
export function doubtComputed(config: ConfigReader, name: string, computed: number): void {
  const stated = config.raw(name)
  if (stated === undefined || stated === computed) return
  const found = `${[...config.place, name].join('.')} is ${JSON.stringify(stated)}`
  config.doubt(`${found}: transformers 5 uses that. ${computed}, which 4.57 computes from other fields, is used here.`)
}
