import { type ShardingOptions, strategyOf } from './sharding-options.js'

/**
 * Refuses options of sharding that the strategy cannot have, which would otherwise change nothing in silence.
 *
 * @throws TypeError that names the option and the strategies that have it
 */
export function refuseSharding(sharding: ShardingOptions): void {
  const { strategy, parameterDtype, reduceDtype, reshardAfterForward, offload } = sharding
  const { shares } = strategyOf(strategy)
  if (strategy === 'none' && sharding.ranks > 1)
    throw new TypeError(`\`sharding.strategy\` is "none", but there are ${sharding.ranks} ranks: pass a strategy`)
  if (shares !== 'parameters' && (parameterDtype ?? reshardAfterForward) !== undefined) {
    const name = parameterDtype === undefined ? 'reshardAfterForward' : 'parameterDtype'
    throw new TypeError(
      `\`sharding.${name}\` needs parameters that are gathered: zero-3, fsdp1, fsdp2 or hsdp, not ${strategy}`,
    )
  }
  // DeepSpeed has `offload_param` with stage 3 only, and FSDP offloads its shards.
  if (shares !== 'parameters' && offload?.includes('parameters'))
    throw new TypeError(
      `\`sharding.offload\` of parameters needs parameters that are shared: zero-3, fsdp1, fsdp2 or hsdp, not ${strategy}`,
    )
  if (reduceDtype !== undefined && shares !== 'parameters' && shares !== 'gradients')
    throw new TypeError(
      `\`sharding.reduceDtype\` needs gradients that are shared: zero-2, zero-3, fsdp1, fsdp2 or hsdp, not ${strategy}`,
    )
}

/**
 * Refuses options of sharding beside a layout, whose estimate does not count them.
 *
 * @throws TypeError that names the option
 */
export function refuseBesideLayout({
  parameterDtype,
  reduceDtype,
  reshardAfterForward,
  offload,
}: ShardingOptions): void {
  const given = {
    parameterDtype: parameterDtype !== undefined,
    reduceDtype: reduceDtype !== undefined,
    reshardAfterForward: reshardAfterForward === false,
    offload: offload !== undefined && offload.length > 0,
  }
  for (const [name, isGiven] of Object.entries(given))
    if (isGiven)
      throw new TypeError(`\`sharding.${name}\` cannot be estimated together with \`layout\`: leave one of them out`)
}
