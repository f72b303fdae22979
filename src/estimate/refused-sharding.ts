import { STAGE_3_OPTIONS } from './deepspeed-options.js'
import { type ShardingOptions, strategyOf } from './sharding-options.js'

/**
 * Refuses options of sharding that the strategy cannot have, which would otherwise change nothing in silence.
 *
 * @throws TypeError that names the option and the strategies that have it
 */
export function refuseSharding(sharding: ShardingOptions): void {
  const { strategy, parameterDtype, reduceDtype, reshardAfterForward, syncEachBatch, offload } = sharding
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
  if (sharding.offloadedBy !== undefined && !offload?.includes('activations'))
    throw new TypeError(
      '`sharding.offloadedBy` says whose code keeps activations on the CPU: add "activations" to `sharding.offload`',
    )
  refuseDeepspeed(sharding)
  if (syncEachBatch !== undefined && strategyOf(strategy).hasMasters)
    throw new TypeError(
      `\`sharding.syncEachBatch\` needs ddp, fsdp1, fsdp2 or hsdp, not ${strategy}: DeepSpeed has ways of its own`,
    )
  if (reduceDtype !== undefined && shares !== 'parameters' && shares !== 'gradients')
    throw new TypeError(
      `\`sharding.reduceDtype\` needs gradients that are shared: zero-2, zero-3, fsdp1, fsdp2 or hsdp, not ${strategy}`,
    )
}

function refuseDeepspeed({ strategy, deepspeed }: ShardingOptions): void {
  if (deepspeed === undefined) return
  if (!strategyOf(strategy).hasMasters)
    throw new TypeError(`\`sharding.deepspeed\` needs DeepSpeed: zero-1, zero-2 or zero-3, not ${strategy}`)
  const unused =
    strategy === 'zero-3'
      ? deepspeed.overlapComm !== undefined && 'overlapComm'
      : STAGE_3_OPTIONS.find((name) => deepspeed[name] !== undefined)
  if (unused)
    throw new TypeError(
      `\`sharding.deepspeed.${unused}\` needs ${strategy === 'zero-3' ? 'zero-1 or zero-2' : 'zero-3'}, not ${strategy}`,
    )
}
