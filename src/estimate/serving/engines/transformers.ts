import { layerPeak } from '../served-sizes.js'
import type { Budget, EngineInput, EngineModel } from './engine.js'
import { plainCache } from './plain-cache.js'
import { sinceVersion } from './versions.js'

const GIB = 2 ** 30

interface TransformersRules {
  /** Bytes of logits for each token of the prompt; later versions compute those of its last token alone. */
  readonly promptLogitBytes: number
  /** Whether layers with a window cache no more than it. */
  readonly hasWindows: boolean
}

/**
 * `generate` of transformers. Until 4.44 the first step computed the logits of the whole prompt, in 16 bits (2) and in float32 (4):
 * Qwen's table for Qwen2 57B-A14B (4.38) has 6 bytes for each logit. Since 4.45 only the last token's (`num_logits_to_keep`).
 */
const RULES: readonly (readonly [since: string, rules: TransformersRules])[] = [
  ['4.56', { promptLogitBytes: 0, hasWindows: true }],
  ['4.45', { promptLogitBytes: 0, hasWindows: false }],
  ['4.30', { promptLogitBytes: 6, hasWindows: false }],
]

/** transformers' `generate`, which runs the whole prompt at once. */
export const transformers: EngineModel = {
  versions: ['5.17', '4.56', '4.45', '4.30'],
  budget,
  countsImages: () => true,
}

function budget(input: EngineInput, version: string): Budget {
  const rules = sinceVersion(RULES, version)
  const { gpu, sizes, promptTokens, concurrency, computeBytes } = input
  const memoryUtilization = input.memoryUtilization ?? 1
  const tokens = promptTokens * concurrency
  const blocks = rules.hasWindows
    ? input.blocks
    : input.blocks.map((block) => {
        if (block.kind !== 'attention') return block
        const { windowTokens: _, ...whole } = block
        return whole
      })
  const bytes = {
    element: input.cacheElementBytes,
    convolution: computeBytes,
    state: input.stateElementBytes,
    keptInputs: (kernel: number) => kernel,
    draftTokens: 0,
  }
  const logits = tokens * sizes.vocabSize * rules.promptLogitBytes
  const images = (input.images ?? 0) * concurrency
  const text = Math.max(logits, eagerPeak(input, tokens))
  const withImages = input.vision
    ? Math.max(input.vision.encoderBytes(images), text + input.vision.outputBytes(images))
    : text
  const activationBytes = Math.ceil(withImages + input.largestMatrixBytes)
  return {
    memoryUtilization,
    activation: {
      bytes: activationBytes,
      confidence: 'derived',
      range: [activationBytes * 0.8, activationBytes * 1.3],
    },
    graphs: { bytes: 0, confidence: 'derived' },
    other: { bytes: CONTEXT, confidence: 'assumed', range: [0.2 * GIB, 0.8 * GIB] },
    cacheBytes: Math.floor(gpu.memoryBytes * memoryUtilization) - input.weightBytes - activationBytes - CONTEXT,
    outsideBytes: 0,
    cache: plainCache(input, bytes, 1, blocks),
    maxBatchSequences: concurrency,
    chunkTokens: tokens,
    sources: [`transformers ${version}: generation/utils.py, cache_utils.py`],
    notes: [
      `generate runs the whole prompt at once: ${promptTokens.toLocaleString('en-US')} tokens`,
      ...(input.pipeline > 1
        ? ['device_map="auto": layers in equal parts, and each GPU has the activations of its own layers']
        : []),
      ...(rules.promptLogitBytes > 0
        ? ['until 4.44, the first step computes the logits of every token of the prompt']
        : []),
      ...(input.largestMatrixBytes > 0 ? ['GPTQ kernels unpack one matrix at a time into 16 bits'] : []),
    ],
  }
}

/**
 * Without fused kernels: gate, its activation and the way up exist at the same time, beside the residual stream, the input of the layer and what
 * the norm made of it, as in the replay of `estimateMemory`.
 */
function eagerPeak({ sizes, computeBytes }: EngineInput, tokens: number): number {
  const { hiddenSize, ffnSize, ffnInputs, expertsPerToken } = sizes
  const dense = tokens * (4 * hiddenSize + ffnSize * (ffnInputs + 1)) * computeBytes
  return expertsPerToken > 0 ? layerPeak(sizes, tokens, 1, computeBytes) : dense
}

/** The CUDA context with cuBLAS. */
const CONTEXT = 0.45 * GIB
