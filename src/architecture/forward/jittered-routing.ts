import type { ConfigReader } from '../config-reader.js'

/** Noise on the inputs of experts, as MiniMax has it, which is not described, with a way out. */
export function jitteredRouting(config: ConfigReader): string | undefined {
  return config.number('router_jitter_noise', 0) > 0
    ? '`router_jitter_noise` multiplies the input of the experts in training; set it to 0 to estimate without it'
    : undefined
}
