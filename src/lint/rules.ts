/** All rules, in the order in which their findings come. */

import type { Rule } from './rule.js'
import { adapterOfAnotherModel } from './rules/adapter-of-another-model.js'
import { bothTokenLimits } from './rules/both-token-limits.js'
import { coercedValue } from './rules/coerced-value.js'
import { duplicateAdapter } from './rules/duplicate-adapter.js'
import { duplicateLinearLayer } from './rules/duplicate-linear-layer.js'
import { embeddingModelThatChats } from './rules/embedding-model-that-chats.js'
import { expertLayersExceedLayers } from './rules/expert-layers-exceed-layers.js'
import { expertsPerTokenExceedExperts } from './rules/experts-per-token-exceed-experts.js'
import { fewShotExamplesUnused } from './rules/few-shot-examples-unused.js'
import { finetunedWithoutBaseModel } from './rules/finetuned-without-base-model.js'
import { gpusOutOfOrder } from './rules/gpus-out-of-order.js'
import { headsNotDivisible } from './rules/heads-not-divisible.js'
import { hiddenSizeNotDivisible } from './rules/hidden-size-not-divisible.js'
import { hybridFlagMismatch } from './rules/hybrid-flag-mismatch.js'
import { inlineApiKey } from './rules/inline-api-key.js'
import { inlineSecret } from './rules/inline-secret.js'
import { insecureEndpoint } from './rules/insecure-endpoint.js'
import { invalidChatTemplate } from './rules/invalid-chat-template.js'
import { invalidReference } from './rules/invalid-reference.js'
import { linearLayersExceedParameters } from './rules/linear-layers-exceed-parameters.js'
import { loraRankTooLarge } from './rules/lora-rank-too-large.js'
import { loraWithoutConfig } from './rules/lora-without-config.js'
import { mambaLayersDoNotAddUp } from './rules/mamba-layers-do-not-add-up.js'
import { minimumGpusTooLow } from './rules/minimum-gpus-too-low.js'
import { nameNotAccepted } from './rules/name-not-accepted.js'
import { nonPositiveDimension } from './rules/non-positive-dimension.js'
import { ownBaseModel } from './rules/own-base-model.js'
import { parameterCountMismatch } from './rules/parameter-count-mismatch.js'
import { temperatureAboveDocumented } from './rules/temperature-above-documented.js'
import { temperatureZero } from './rules/temperature-zero.js'
import { trustRemoteCode } from './rules/trust-remote-code.js'
import { unknownField } from './rules/unknown-field.js'
import { unknownPlaceholder } from './rules/unknown-placeholder.js'
import { unknownPrecision } from './rules/unknown-precision.js'
import { unreachableName } from './rules/unreachable-name.js'
import { updatedBeforeCreated } from './rules/updated-before-created.js'
import { windowExceedsContext } from './rules/window-exceeds-context.js'

/**
 * Every rule of {@link lint}, in the order in which its findings come; documentation and commands list them from here.
 *
 * @example
 * for (const { code, severity, description } of RULES) console.log(code, severity, description)
 */
export const RULES: readonly Rule[] = [
  unknownField,
  coercedValue,
  invalidReference,
  nameNotAccepted,
  unreachableName,
  nonPositiveDimension,
  headsNotDivisible,
  hiddenSizeNotDivisible,
  parameterCountMismatch,
  expertsPerTokenExceedExperts,
  expertLayersExceedLayers,
  mambaLayersDoNotAddUp,
  hybridFlagMismatch,
  windowExceedsContext,
  duplicateLinearLayer,
  linearLayersExceedParameters,
  gpusOutOfOrder,
  minimumGpusTooLow,
  unknownPrecision,
  embeddingModelThatChats,
  invalidChatTemplate,
  bothTokenLimits,
  temperatureAboveDocumented,
  temperatureZero,
  unknownPlaceholder,
  fewShotExamplesUnused,
  finetunedWithoutBaseModel,
  ownBaseModel,
  adapterOfAnotherModel,
  duplicateAdapter,
  loraWithoutConfig,
  loraRankTooLarge,
  updatedBeforeCreated,
  inlineApiKey,
  inlineSecret,
  insecureEndpoint,
  trustRemoteCode,
]
