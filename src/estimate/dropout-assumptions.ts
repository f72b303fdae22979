import type { Architecture } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'

/** What an estimate of training says of the dropout that the config of a model asks for: it is not counted. */
export function dropoutAssumptions(
  { family, config = {} }: Pick<Architecture, 'family' | 'config'>,
  { method }: Pick<CheckedMemoryOptions, 'method'>,
): string[] {
  if (methodOf(method).trains === 'nothing') return []
  const rates = Object.entries({ ...DEFAULTS[family], ...stated(config), ...stated(config['text_config']) })
  const asked = rates.filter(([, rate]) => rate > 0).map(([field, rate]) => `\`${field}\` ${rate}`)
  if (asked.length === 0) return []
  return [
    `the model's own dropout is not counted (its config, or the default of its class, has ${asked.join(', ')}): in training it keeps masks and copies, so that such a run needs more memory; the estimate is for 0 in these fields`,
  ]
}

/** Rates that a config states. Those of GPT-2's summary belong to a head that no estimate has. */
function stated(config: unknown): Record<string, number> {
  if (typeof config !== 'object' || config === null) return {}
  const fields: [string, number][] = []
  for (const [field, rate] of Object.entries(config))
    if (DROPOUT.test(field) && typeof rate === 'number') fields.push([field, rate])
  return Object.fromEntries(fields)
}

const DROPOUT = /^(?!summary_|lora_).*(?:dropout|pdrop)/

const OF_BERT = { hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 }
const OF_GPT2 = { resid_pdrop: 0.1, embd_pdrop: 0.1, attn_pdrop: 0.1 }

/** The defaults above 0 of the configuration classes of families with a forward pass (transformers 4.49, `configuration_*.py`). */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  bert: OF_BERT,
  camembert: OF_BERT,
  'data2vec-text': OF_BERT,
  electra: OF_BERT,
  roberta: OF_BERT,
  'xlm-roberta': OF_BERT,
  distilbert: { dropout: 0.1, attention_dropout: 0.1 },
  bart: { dropout: 0.1 },
  plbart: { dropout: 0.1, attention_dropout: 0.1 },
  t5: { dropout_rate: 0.1 },
  mt5: { dropout_rate: 0.1 },
  gpt2: OF_GPT2,
  gpt_bigcode: OF_GPT2,
  opt: { dropout: 0.1 },
}
