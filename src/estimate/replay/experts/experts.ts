import type { Module } from '../../../architecture/index.js'
import type { DecoderRun } from '../decoder-run.js'
import { gated } from '../feed-forward/gated-mlp.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { batchedExperts, isBatched } from './batched-experts.js'
import { dispatch, type Experts } from './expert-dispatch.js'
import { expertsByKind, isByKind } from './experts-by-kind.js'
import { groupedMixture } from './grouped-experts.js'
import { mergedExperts } from './merged-experts.js'
import { routedPart } from './routed-part.js'
import { route } from './routers.js'
import type { Choice } from './routes.js'
import { isSliced, slicedExperts } from './sliced-experts.js'
import { writtenInTurn } from './written-in-turn.js'

/** A mixture of experts: the router, the experts on their own tokens, and the shared expert. */
export function expertMixture(run: DecoderRun, block: Named, input: Tensor): Tensor {
  const { ops } = run.layers
  const { tape } = ops
  const { name } = block
  const { mixture } = run.forward.feedForward
  if (!mixture) throw new UndescribedBlock(`no model for ${name}, a mixture of experts`)
  const { identityExperts } = mixture
  const choice = choiceOf(run, block, identityExperts)
  if (mixture.router === 'batched' && isBatched(block))
    return batchedExperts(run, block, input, choice, (tokens) => shared(run, block, tokens))
  if (mixture.router === 'softmaxIntoZeros') return mergedExperts(run, block, input, choice)
  if (mixture.router === 'softmaxOfLargest' && isSliced(block)) return slicedExperts(run, block, input, choice)
  const { dispatch: way } = mixture
  if (way === 'writtenInTurn') return writtenInTurn(run, block, input)
  if (isByKind(run, block)) return expertsByKind(run, mixture, block, input, choice)
  if (way === 'grouped' || way === 'partsInTurn') return groupedMixture(run, mixture, block, input, choice)
  const items = child(block, 'experts')?.module.items ?? []
  const item = items[0]?.module
  if (!item) throw new UndescribedBlock(`no model for ${name}, which has all experts in one tensor`)
  const names = expertNames(item)
  const early = mixture.sharedFirst ? shared(run, block, input) : undefined
  const routes = route(run, mixture, block, input, choice)
  if (routes.logits) run.routers?.keep(routes.logits, choice)
  const tokens = mixture.ownView ? ops.view(input) : tape.alias(input)
  const nameOf = (index: number) => `${name}.experts.${index}`
  const identities = Array.from({ length: identityExperts }, (_, place) => choice.experts - identityExperts + place)
  const experts: Experts = {
    ...choice,
    indices: [...items.flatMap(({ indices }) => indices), ...identities],
    run: (index, rows) =>
      identities.includes(index) ? tape.alias(rows) : gated(run, { name: nameOf(index), module: item }, rows, names),
    nameOf,
    gaps: run.gaps,
  }
  const { result, held } = dispatch(run.layers, way, tokens, routes, experts)
  tape.free(tokens)
  const beside = early ?? shared(run, block, input)
  const output = beside ? ops.add(result, beside) : tape.alias(result)
  held.free()
  tape.free(result, routes.indices, routes.weights, ...routes.held, ...(beside ? [beside] : []))
  if (routes.logits) run.attentionWeights.push(routes.logits)
  return output
}

function choiceOf({ sizes }: DecoderRun, block: Named, identities: number): Choice {
  const { routed, items } = child(routedPart(block) ?? block, 'experts')?.module ?? {}
  const count = items?.reduce((sum, { indices }) => sum + indices.length, 0) ?? 1
  const own = routed?.experts ?? count
  return { experts: own + identities, chosen: routed?.expertsPerToken ?? sizes.expertsPerToken }
}

/** The shared expert that every token passes, with its own gate in some families (Qwen 2). */
function shared(run: DecoderRun, block: Named, input: Tensor): Tensor | undefined {
  const found = SHARED_NAMES.map((name) => child(block, name)).find((one) => one)
  if (!found) return undefined
  const { layers } = run
  const { ops } = layers
  const made = gated(run, found, input, ['gate_proj', 'up_proj', 'down_proj'])
  const gate = child(block, 'shared_expert_gate')
  if (!gate) return made
  const open = layers.linear(gate.name, input, 1)
  const share = ops.elementwise(open, 'sigmoid', 'output')
  ops.tape.free(open)
  const weighted = ops.mul(share, made)
  ops.tape.free(share, made)
  return weighted
}

const SHARED_NAMES = ['shared_expert', 'shared_experts', 'shared_mlp'] as const

function expertNames(expert: Module): readonly [string, string, string] {
  return expert.children?.['w1'] ? ['w1', 'w3', 'w2'] : ['gate_proj', 'up_proj', 'down_proj']
}
