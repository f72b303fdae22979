import type { Architecture, Module, Repeat } from '../../architecture/index.js'
import { labelLayer } from '../replay/loss/label-head.js'
import type { Stage } from '../replay/stage.js'
import { baseOf, headOf, submodule } from '../replay/submodules.js'
import { decoderLayers } from './decoder-layers.js'

/** A stage of a pipeline: the modules that its ranks have. */
export interface PipelineStage extends Stage {
  readonly architecture: Architecture
}

/**
 * A stage of consecutive layers, in equal parts, the first stages with one more if they do not divide evenly. Embeddings are on the first one,
 * the last norm and the head on the last.
 */
export function stageOf(model: Architecture, stage: number, stages: number): PipelineStage {
  const list = decoderLayers(model)
  const count = list.reduce((sum, { indices }) => sum + indices.length, 0)
  const [share, more] = [Math.floor(count / stages), count % stages]
  const start = stage * share + Math.min(stage, more)
  const end = start + share + (stage < more ? 1 : 0)
  const kept: Repeat[] = list.flatMap(({ indices, module }) => {
    const own = indices.filter((index) => index >= start && index < end)
    return own.length > 0 ? [{ indices: own, module }] : []
  })
  const isFirst = stage === 0
  const isLast = stage === stages - 1
  const base = baseOf(model)
  const embedding = base && !isFirst ? submodule(base, 'embedding')?.module : undefined
  const left = isLast ? [] : [base && submodule(base, 'lastNorm')?.module, (headOf(model) ?? labelLayer(model))?.module]
  const change = (module: Module): Module | undefined => {
    if (left.includes(module)) return undefined
    if (module === embedding) return { type: 'Identity' }
    if (module.items === list) return { ...module, items: kept }
    if (!module.children) return module
    const children = Object.entries(module.children).flatMap(([name, child]) => {
      const made = change(child)
      return made ? [[name, made] as const] : []
    })
    return { ...module, children: Object.fromEntries(children) }
  }
  return {
    isFirst,
    isLast,
    architecture: {
      ...model,
      root: change(model.root) ?? model.root,
      dimensions: { ...model.dimensions, layers: end - start },
    },
  }
}
