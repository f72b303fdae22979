import { container, type Module } from '../module.js'

/**
 * The adapters that Jina Embeddings 3 has in each of its linear layers and embeddings (Sturua et al. 2024, arXiv:2409.10173), with torch's
 * names for a parametrised weight: two tensors with a matrix for each task beside the weight itself.
 */
export function withTaskAdapters(module: Module, options: { readonly tasks: number; readonly rank: number }): Module {
  const { children, items } = module
  const { weight, ...others } = module.parameters ?? {}
  const [rows, columns] = weight ?? []
  const isEmbedding = module.type === 'Embedding'
  if ((module.linear || isEmbedding) && rows !== undefined && columns !== undefined && weight) {
    const { tasks, rank } = options
    // An embedding's matrices are turned.
    const parameters = isEmbedding
      ? { lora_A: [tasks, rows, rank], lora_B: [tasks, rank, columns] }
      : { lora_A: [tasks, rank, columns], lora_B: [tasks, rows, rank] }
    const adapter: Module = { type: 'LoRAParametrization', parameters }
    const weights = container('ParametrizationList', { 0: adapter }, { parameters: { original: weight } })
    const parametrizations = container('ModuleDict', { weight: weights })
    return { ...module, parameters: others, children: { parametrizations } }
  }
  const adapted = Object.entries(children ?? {}).map(([name, child]) => [name, withTaskAdapters(child, options)])
  return {
    ...module,
    ...(children && { children: Object.fromEntries(adapted) }),
    ...(items && { items: items.map((item) => ({ ...item, module: withTaskAdapters(item.module, options) })) }),
  }
}
