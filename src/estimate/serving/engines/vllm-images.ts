import type { EngineInput } from './engine.js'

/** What the encoder adds to the profile run. */
export interface ImageProfile {
  /** Bytes while the encoder runs. */
  readonly encoderBytes: number
  /** Bytes of its results, which stay while the language model runs. */
  readonly outputBytes: number
  readonly note: string
}

/**
 * The images in vLLM's profile run: as many of the largest item as the encoder's budget holds. The budget is the chunk, or one item if that is
 * larger. `MultiModalBudget` in vllm/multimodal/encoder_budget.py (0.33; v1/worker/utils.py in 0.12), `compute_mm_encoder_budget` in
 * v1/core/encoder_cache_manager.py, and `profile_run` in v1/worker/gpu_model_runner.py. Logs of Qwen3-VL and Qwen3.6 have "a budget of 16384
 * tokens, and profiled with 1 image items", and "32768 tokens, and profiled with 2 image items" with chunks of 32,768.
 */
export function imageProfile(
  { vision, images, contextTokens }: EngineInput,
  { chunkTokens, sequences }: { readonly chunkTokens: number; readonly sequences: number },
): ImageProfile | undefined {
  if (!vision || images === 0) return undefined
  // Where a request may have videos, one is profiled if it is larger.
  const inItem = images === undefined ? vision.imagesInVideo(contextTokens) : 1
  const itemTokens = vision.tokens * inItem
  const budget = Math.max(chunkTokens, itemTokens)
  const inPrompt = Math.max(1, Math.min(images ?? MOST_ITEMS, Math.floor(contextTokens / itemTokens)))
  const items = Math.max(1, Math.min(Math.floor(budget / itemTokens), sequences * inPrompt))
  const what = inItem > 1 ? 'video' : 'image'
  const many = items === 1 ? `one ${what}` : `${items} ${what}s`
  return {
    encoderBytes: vision.encoderBytes(items * inItem),
    outputBytes: vision.outputBytes(items * inItem),
    note: `the profile run has ${many} of ${itemTokens.toLocaleString('en-US')} tokens, the largest that the processor makes; --limit-mm-per-prompt with smaller sizes, or --skip-mm-profiling, leaves more for the cache`,
  }
}

/** The limit of items in a prompt if none is set (config/multimodal.py). */
const MOST_ITEMS = 999
