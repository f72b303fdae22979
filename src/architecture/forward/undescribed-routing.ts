import type { ConfigReader } from '../config-reader.js'

/** What a config asks of the routers of MiniMax and families like it, and is not described, with a way out. */
export function undescribedRouting(config: ConfigReader): string | undefined {
  if (config.number('router_jitter_noise', 0) > 0)
    return '`router_jitter_noise` multiplies the input of the experts in training; set it to 0 to estimate without it'
  return config.boolean('output_router_logits', false)
    ? '`output_router_logits` adds a loss of the routers; set it to false to estimate without it'
    : undefined
}
