import { type ConfigObject, isObject } from '../architecture/index.js'

/** Where a chat template may stand beside a checkpoint. */
export interface ChatTemplateSources {
  /** The content of `chat_template.jinja`; it goes before the tokenizer's. */
  readonly chatTemplate?: string
  /** The content of `tokenizer_config.json`. */
  readonly tokenizerConfig?: ConfigObject
}

/** What is known of a chat template. */
export interface ChatTemplate {
  /** The template that a chat without tools is formatted with, where there is one. */
  readonly template?: string
  /** Whether a place was looked at: without any, the model may have a template or not. */
  readonly known: boolean
  readonly notes: readonly string[]
}

/**
 * The chat template as transformers chooses it: `chat_template.jinja` before the tokenizer's; of a list of named
 * templates the one called `default`.
 *
 * Source: `PreTrainedTokenizerBase.get_chat_template` of transformers.
 */
export function findChatTemplate({ chatTemplate, tokenizerConfig }: ChatTemplateSources): ChatTemplate {
  if (chatTemplate !== undefined) return { template: chatTemplate, known: true, notes: [] }
  if (tokenizerConfig === undefined) return { known: false, notes: [] }
  const written = tokenizerConfig['chat_template']
  if (typeof written === 'string') return { template: written, known: true, notes: [] }
  const named = namedTemplates(written)
  if (named.size === 0) return { known: true, notes: [] }
  const chosen = named.get('default')
  const names = [...named.keys()].join(', ')
  if (chosen === undefined) {
    return { known: true, notes: [`the tokenizer names chat templates (${names}), and none of them is the default`] }
  }
  return { template: chosen, known: true, notes: [`of the tokenizer's chat templates (${names}) the default is kept`] }
}

/** A list of `{ name, template }`, as files keep several, or an object of templates by name. */
function namedTemplates(written: unknown): ReadonlyMap<string, string> {
  const named = new Map<string, string>()
  const entries: [unknown, unknown][] = Array.isArray(written)
    ? written.map((entry) => (isObject(entry) ? [entry['name'], entry['template']] : [undefined, undefined]))
    : isObject(written)
      ? Object.entries(written)
      : []
  for (const [name, template] of entries) {
    if (typeof name === 'string' && typeof template === 'string') named.set(name, template)
  }
  return named
}
