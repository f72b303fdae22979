import type { Engine } from '../options.js'
import type { EngineModel } from './engine.js'
import { llamaCpp } from './llama-cpp.js'
import { sglang } from './sglang.js'
import { tensorRtLlm } from './tensorrt-llm.js'
import { tgi } from './tgi.js'
import { transformers } from './transformers.js'
import { vllm } from './vllm.js'

/** The budget of each engine. To add an engine, add a file and a row. */
export const ENGINE_MODELS: Readonly<Record<Engine, EngineModel>> = {
  vllm,
  sglang,
  transformers,
  'llama.cpp': llamaCpp,
  tgi,
  'tensorrt-llm': tensorRtLlm,
}
