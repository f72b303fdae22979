export { countLoraParameters, type LoraCount, type LoraTarget } from './count-lora-parameters.js'
export { countParameters, type ParameterCount } from './count-parameters.js'
export type { LoraOptions } from './lora/options.js'
