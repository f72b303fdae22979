import { isObject } from '../architecture/config-object.js'
import type { ConfigObject } from '../architecture/index.js'

/** Where a chat template may stand beside a checkpoint. */
export interface ChatTemplateSources {
  /** The content of `chat_template.jinja`; it goes before all others. */
  readonly chatTemplate?: string
  /** The content of `chat_template.json`, which processors of images and sound write. */
  readonly chatTemplateJson?: ConfigObject
  /** The files of `additional_chat_templates`, by name. */
  readonly namedChatTemplates?: ReadonlyMap<string, string>
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
 * The chat template as transformers chooses it: `chat_template.jinja` first, then `chat_template.json`, then the tokenizer's; of several
 * named ones the one called `default`. An empty template is none: a model with it cannot chat.
 *
 * Source: `PreTrainedTokenizerBase.get_chat_template` and `ProcessorMixin.from_pretrained` of transformers.
 */
export function findChatTemplate(sources: ChatTemplateSources): ChatTemplate {
  const { chatTemplate, chatTemplateJson, namedChatTemplates, tokenizerConfig } = sources
  const others = [...(namedChatTemplates?.keys() ?? [])]
  if (chatTemplate !== undefined) return written(chatTemplate, others)
  const isLookedAt = [chatTemplateJson, namedChatTemplates, tokenizerConfig].some((source) => source !== undefined)
  if (!isLookedAt) return { known: false, notes: [] }
  for (const source of [chatTemplateJson, tokenizerConfig]) {
    const found = source?.['chat_template']
    if (typeof found === 'string') return written(found, others)
  }
  const named = new Map([...namedTemplates(tokenizerConfig?.['chat_template']), ...(namedChatTemplates ?? [])])
  if (named.size === 0) return { known: true, notes: [] }
  const chosen = named.get('default')
  const names = [...named.keys()].join(', ')
  if (chosen === undefined) {
    return { known: true, notes: [`there are named chat templates (${names}), and none of them is the default`] }
  }
  return { ...written(chosen, []), notes: [`of the named chat templates (${names}) the default is kept`] }
}

function written(template: string, others: readonly string[]): ChatTemplate {
  const notes = others.length > 0 ? [`further chat templates (${others.join(', ')}) are not part of the spec`] : []
  return template.trim() === '' ? { known: true, notes } : { template, known: true, notes }
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
