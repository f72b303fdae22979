import type { ConfigReader } from './config-reader.js'
import type { ForwardPass } from './forward/index.js'

/** Rates of dropout by the names of their fields. */
export type DropoutRates = Readonly<Record<string, number>>

/** Whether a field has a rate of dropout. Those of GPT-2's summary belong to a head that no forward pass has. */
export const isDropoutField = (field: string): boolean => DROPOUT.test(field)

const DROPOUT = /^(?!summary_|lora_).*(?:dropout|pdrop|drop_path)/

/** The rates above 0 among the fields that a forward pass has asked for. */
export function readRates(config: ConfigReader): DropoutRates {
  const fields = [...config.asked()].filter(isDropoutField)
  const rates = fields.map((field) => [field, config.raw(field)] as const)
  return Object.fromEntries(
    rates.filter((rate): rate is [string, number] => typeof rate[1] === 'number' && rate[1] > 0),
  )
}

/**
 * The forward pass of a decoder with the dropouts that it does not state: that of attention, which almost all configs call
 * `attention_dropout`, and that in front of a classifier of tokens.
 */
export function withDropout(forward: ForwardPass, config: ConfigReader, className: string): ForwardPass {
  const { dropout, rates } = forward
  const attention = dropout?.attention ?? config.number('attention_dropout', 0)
  const isLabelling = className.endsWith('ForTokenClassification')
  const label = isLabelling && dropout?.labelled === undefined ? labelRate(config) : {}
  const [labelled = (isLabelling && dropout?.labelled) || 0] = Object.values(label)
  const all = { ...rates, ...label, ...readRates(config) }
  if (!dropout && attention === 0 && labelled === 0) return forward
  return { ...forward, dropout: { ...dropout, attention, labelled }, rates: all }
}

/** The rate of `GenericForTokenClassification`, and of the classes that it was made from. */
function labelRate(config: ConfigReader): DropoutRates {
  const field = ['classifier_dropout', 'hidden_dropout'].find((name) => config.has(name))
  return { [field ?? 'classifier_dropout']: field === undefined ? 0.1 : config.number(field, 0) }
}
