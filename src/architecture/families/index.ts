import type { Family } from '../family.js'
import { arcee } from './arcee.js'
import { bamba } from './bamba.js'
import { bart } from './bart.js'
import { bert } from './bert.js'
import { biogpt } from './biogpt.js'
import { bitnet } from './bitnet.js'
import { bloom } from './bloom.js'
import { codegen } from './codegen.js'
import { cohere } from './cohere.js'
import { cohere2 } from './cohere2.js'
import { dbrx } from './dbrx.js'
import { debertaV2 } from './deberta-v2.js'
import { deepseekV2 } from './deepseek-v2.js'
import { deepseekV3 } from './deepseek-v3.js'
import { deepseekV32 } from './deepseek-v32.js'
import { distilbert } from './distilbert.js'
import { electra } from './electra.js'
import { ernie45 } from './ernie4-5.js'
import { ernie45Moe } from './ernie4-5-moe.js'
import { exaone4 } from './exaone4.js'
import { falcon } from './falcon.js'
import { falconH1 } from './falcon-h1.js'
import { falconMamba } from './falcon-mamba.js'
import { gemma } from './gemma.js'
import { gemma2 } from './gemma2.js'
import { gemma3Text } from './gemma3-text.js'
import { gemma4Text } from './gemma4-text.js'
import { glm } from './glm.js'
import { glm4 } from './glm4.js'
import { glm4Moe } from './glm4-moe.js'
import { glm4MoeLite } from './glm4-moe-lite.js'
import { gptBigcode } from './gpt-bigcode.js'
import { gptNeo } from './gpt-neo.js'
import { gptNeox } from './gpt-neox.js'
import { gptOss } from './gpt-oss.js'
import { gpt2 } from './gpt2.js'
import { gptj } from './gptj.js'
import { granite } from './granite.js'
import { granitemoe } from './granitemoe.js'
import { helium } from './helium.js'
import { hunyuanV1Dense } from './hunyuan-v1-dense.js'
import { hunyuanV1Moe } from './hunyuan-v1-moe.js'
import { jamba } from './jamba.js'
import { lfm2 } from './lfm2.js'
import { llama } from './llama.js'
import { llama4Text } from './llama4-text.js'
import { mamba } from './mamba.js'
import { mamba2 } from './mamba2.js'
import { minimax } from './minimax.js'
import { minimaxM2 } from './minimax-m2.js'
import { ministral } from './ministral.js'
import { ministral3 } from './ministral3.js'
import { mistral } from './mistral.js'
import { mixtral } from './mixtral.js'
import { modernbert } from './modernbert.js'
import { mpnet } from './mpnet.js'
import { mpt } from './mpt.js'
import { mt5 } from './mt5.js'
import { nanochat } from './nanochat.js'
import { nemotron } from './nemotron.js'
import { nemotronH } from './nemotron-h.js'
import { olmo } from './olmo.js'
import { olmoHybrid } from './olmo-hybrid.js'
import { olmo2 } from './olmo2.js'
import { olmo3 } from './olmo3.js'
import { olmoe } from './olmoe.js'
import { opt } from './opt.js'
import { persimmon } from './persimmon.js'
import { phi } from './phi.js'
import { phi3 } from './phi3.js'
import { phimoe } from './phimoe.js'
import { qwen2 } from './qwen2.js'
import { qwen2Moe } from './qwen2-moe.js'
import { qwen3 } from './qwen3.js'
import { qwen35MoeText } from './qwen3-5-moe-text.js'
import { qwen35Text } from './qwen3-5-text.js'
import { qwen3Moe } from './qwen3-moe.js'
import { qwen3Next } from './qwen3-next.js'
import { recurrentGemma } from './recurrent-gemma.js'
import { roberta } from './roberta.js'
import { seedOss } from './seed-oss.js'
import { smollm3 } from './smollm3.js'
import { stablelm } from './stablelm.js'
import { starcoder2 } from './starcoder2.js'
import { t5 } from './t5.js'
import { xglm } from './xglm.js'
import { xlmRoberta } from './xlm-roberta.js'
import { zamba2 } from './zamba2.js'

/** Every family that is described, in alphabetical order. */
export const FAMILIES: readonly Family[] = [
  arcee,
  bamba,
  bart,
  bert,
  biogpt,
  bitnet,
  bloom,
  codegen,
  cohere,
  cohere2,
  dbrx,
  debertaV2,
  deepseekV2,
  deepseekV3,
  deepseekV32,
  distilbert,
  electra,
  ernie45,
  ernie45Moe,
  exaone4,
  falcon,
  falconH1,
  falconMamba,
  gemma,
  gemma2,
  gemma3Text,
  gemma4Text,
  glm,
  glm4,
  glm4Moe,
  glm4MoeLite,
  gpt2,
  gptBigcode,
  gptj,
  gptNeo,
  gptNeox,
  gptOss,
  granite,
  granitemoe,
  helium,
  hunyuanV1Dense,
  hunyuanV1Moe,
  jamba,
  lfm2,
  llama,
  llama4Text,
  mamba,
  mamba2,
  minimax,
  minimaxM2,
  ministral,
  ministral3,
  mistral,
  mixtral,
  modernbert,
  mpnet,
  mpt,
  mt5,
  nanochat,
  nemotron,
  nemotronH,
  olmo,
  olmo2,
  olmo3,
  olmoe,
  olmoHybrid,
  opt,
  persimmon,
  phi,
  phi3,
  phimoe,
  qwen2,
  qwen2Moe,
  qwen3,
  qwen35MoeText,
  qwen35Text,
  qwen3Moe,
  qwen3Next,
  recurrentGemma,
  roberta,
  seedOss,
  smollm3,
  stablelm,
  starcoder2,
  t5,
  xglm,
  xlmRoberta,
  zamba2,
]
