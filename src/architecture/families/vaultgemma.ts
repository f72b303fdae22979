import { gemma2Forward } from '../forward/gemma2-forward.js'
import { container } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { gemma2Body } from '../shapes/gemma2-body.js'
import { PLAN } from '../tensor-plan.js'

/** VaultGemma (Google 2025, arXiv:2510.15001): Gemma 2 trained with differential privacy, without the norms after its blocks. */
export const vaultgemma = decoderFamily({
  modelType: 'vaultgemma',
  needsWindow: 'always',
  name: 'VaultGemma',
  ...gemma2Body,
  layer: (type, { norm, attention, mlp }) =>
    container(type, { self_attn: attention, mlp, input_layernorm: norm, pre_feedforward_layernorm: norm }),
  forward: gemma2Forward,
  tensorPlan: PLAN,
})
