import type { Part, Shape } from '../architecture/index.js'

/**
 * The parameters of a GGUF file by the part of the model that they belong to, from the names of its tensors.
 *
 * Source: the names that llama.cpp's converter writes (`gguf/constants.py`, `TENSOR_NAMES`).
 */
export function ggufParts(
  tensors: ReadonlyMap<string, { readonly shape: Shape }>,
  isParameter: (name: string) => boolean,
): Partial<Record<Part, number>> {
  const totals: Partial<Record<Part, number>> = {}
  for (const [name, { shape }] of tensors) {
    if (!isParameter(name)) continue
    const part = PARTS.find(([pattern]) => pattern.test(name))?.[1] ?? 'other'
    totals[part] = (totals[part] ?? 0) + shape.reduce((product, size) => product * size, 1)
  }
  return totals
}

/** The part that a name stands for: the first pattern that fits counts. */
const PARTS: readonly (readonly [pattern: RegExp, part: Part])[] = [
  [/^(?:\w+_embd|token_types)\./, 'embedding'],
  [/[._]norm(?:_\d+|_exps)?\.|_norm$/, 'norm'],
  [/^(?:output|cls)(?:\.\w+)?\.(?:weight|bias)$/, 'head'],
  [/\.(?:ssm_|shortconv\.)/, 'mamba'],
  [/\.(?:time_mix|channel_mix)_/, 'recurrence'],
  [/\.(?:attn|cross_attn|indexer)[_.]/, 'attention'],
  [/\.ffn_\w+_(?:exps|shexp|chexps)\.|\.ffn_(?:gate_inp|latent_)|\.exp_probs_b/, 'experts'],
  [/\.ffn_/, 'mlp'],
]
