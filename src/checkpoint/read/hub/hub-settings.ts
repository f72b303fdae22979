import { boolean, func, type OptionTable, text } from '../../../options/index.js'

/** Options for reading a repository of the hub. What is absent comes from the environment variables of `huggingface_hub`. */
export interface HubOptions {
  /** Replaces the global `fetch`: for a proxy, or for tests. */
  readonly fetch?: typeof fetch
  /** An access token, for gated and private repositories. Default: `HF_TOKEN`. It is never sent to another host. */
  readonly token?: string
  /** A branch, a tag or a commit. Default: the one after `@` in the name, else `main`. */
  readonly revision?: string
  /** The URL of another hub. Default: `HF_ENDPOINT`, else the public Hugging Face hub. */
  readonly hubUrl?: string
  /** Reads the local cache only, and sends no request. Default: whether `HF_HUB_OFFLINE` is set. */
  readonly offline?: boolean
  /** The folder of the local cache. Default: `HF_HUB_CACHE`, else `hub` in `HF_HOME`, else `~/.cache/huggingface/hub`. */
  readonly cacheFolder?: string
}

/** The allowed options. */
export const HUB_OPTIONS: OptionTable<HubOptions> = {
  fetch: func(),
  token: text,
  revision: text,
  hubUrl: text,
  offline: boolean,
  cacheFolder: text,
}

/** The settings for one repository, with everything filled in. */
export interface HubSettings {
  readonly fetch: typeof fetch
  readonly token: string | undefined
  readonly revision: string
  /** Without a slash at its end. */
  readonly endpoint: string
  readonly offline: boolean
  /** Absent where there is no file system. */
  readonly cacheFolder: string | undefined
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

const PUBLIC_HUB = 'https://huggingface.co'

/** Fills in the settings like `huggingface_hub.constants`. */
export function hubSettings(options: HubOptions, environment: Environment = processEnvironment()): HubSettings {
  const stated = (name: string) => (environment[name] === '' ? undefined : environment[name])
  return {
    // The global is looked up for each request, so that it can be replaced.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    token: options.token ?? stated('HF_TOKEN')?.trim(),
    revision: options.revision ?? 'main',
    endpoint: (options.hubUrl ?? stated('HF_ENDPOINT') ?? PUBLIC_HUB).replace(/\/+$/, ''),
    offline: options.offline ?? (isOn(stated('HF_HUB_OFFLINE')) || isOn(stated('TRANSFORMERS_OFFLINE'))),
    cacheFolder: options.cacheFolder ?? cacheFolder(stated),
  }
}

/** The values that `huggingface_hub` takes for yes. */
function isOn(value: string | undefined): boolean {
  return value !== undefined && ['1', 'ON', 'YES', 'TRUE'].includes(value.toUpperCase())
}

function cacheFolder(stated: (name: string) => string | undefined): string | undefined {
  const home = stated('HOME') ?? stated('USERPROFILE')
  const expanded = (path: string) => (home === undefined ? path : path.replace(/^~(?=[/\\]|$)/, home))
  const own = stated('HF_HUB_CACHE') ?? stated('HUGGINGFACE_HUB_CACHE')
  if (own !== undefined) return expanded(own)
  const ofHub = stated('HF_HOME')
  if (ofHub !== undefined) return `${expanded(ofHub)}/hub`
  const caches = stated('XDG_CACHE_HOME') ?? (home === undefined ? undefined : `${home}/.cache`)
  return caches === undefined ? undefined : `${expanded(caches)}/huggingface/hub`
}

/** The variables of the process; none in a browser. */
function processEnvironment(): Environment {
  return typeof process === 'undefined' ? {} : process.env
}
