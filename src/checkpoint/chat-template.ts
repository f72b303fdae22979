import { isObject } from '../architecture/config-object.js'
import type { ConfigObject } from '../architecture/index.js'

/** The places where a checkpoint may keep a chat template. */
export interface ChatTemplateSources {
  /** The content of `chat_template.jinja`; it takes precedence over all others. */
  readonly chatTemplate?: string
  /** The content of `chat_template.json`, which image and audio processors write. */
  readonly chatTemplateJson?: ConfigObject
  /** The files of `additional_chat_templates`, by name. */
  readonly namedChatTemplates?: ReadonlyMap<string, string>
  /** The content of `tokenizer_config.json`. */
  readonly tokenizerConfig?: ConfigObject
}

/** What is known about a checkpoint's chat template. */
export interface ChatTemplate {
  /** The template that a chat without tools is formatted with; absent if there is none. */
  readonly template?: string
  /** Whether any source was given: without one, the model may or may not have a template. */
  readonly known: boolean
  readonly notes: readonly string[]
}

/**
 * Chooses the chat template like transformers: `chat_template.jinja` first, then `chat_template.json`, then the
 * tokenizer's. If there are several named templates, the one called `default` is used. An empty template counts as none.
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
    return { known: true, notes: [`no chat_template: none of the named chat templates (${names}) is called "default"`] }
  }
  return { ...written(chosen, []), notes: [`chat_template is the default of the named chat templates (${names})`] }
}

function written(template: string, others: readonly string[]): ChatTemplate {
  const notes = others.length > 0 ? [`other chat templates (${others.join(', ')}) are not part of the spec`] : []
  return template.trim() === '' ? { known: true, notes } : { template, known: true, notes }
}

/** Several templates: a list of `{ name, template }`, or an object of templates by name. */
function namedTemplates(written: unknown): ReadonlyMap<string, string> {
  const named = new Map<string, string>()
  const entries: [unknown, unknown][] = Array.isArray(written)
    ? written.filter(isObject).map((entry) => [entry['name'], entry['template']])
    : isObject(written)
      ? Object.entries(written)
      : []
  for (const [name, template] of entries) {
    if (typeof name === 'string' && typeof template === 'string') named.set(name, template)
  }
  return named
}
